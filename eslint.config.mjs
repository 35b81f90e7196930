import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';

// The one direction of the data (docs/architecture.md). A folder may import itself, what stands
// before it, and src/errors.ts; nothing imports the command line.
const order = ['ingest', 'profile', 'paravirt', 'compare', 'report', 'render', 'page', 'cli'];
const zones = order.slice(0, -1).map((folder, i) => ({
  target: `./src/${folder}`,
  from: order.slice(i + 1).map((later) => `./src/${later}`),
  message: `data flows ${order.join(' -> ')}; ${folder} may not look downstream`,
}));
zones.push({
  target: './src/page',
  from: ['ingest', 'profile', 'paravirt', 'compare'].map((f) => `./src/${f}`),
  message: 'the page sees the report document and what render shares with it, nothing else',
});
zones.push({
  target: './src/render',
  from: ['ingest', 'profile', 'paravirt', 'compare'].map((f) => `./src/${f}`),
  message: 'a renderer reads the report document and nothing else',
});

export default tseslint.config(
  { ignores: ['dist/', 'dist.*.part/', 'node_modules/', 'fixtures/', 'coverage/'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: ['tsconfig.json', 'src/page/tsconfig.json'] })] },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'error',
    },
  },
);
