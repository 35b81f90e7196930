import tseslint from 'typescript-eslint';

// The one direction of the data (docs/architecture.md). A folder may import itself, what stands
// before it, and the files at the top of src/; nothing imports the command line.
const order = ['ingest', 'profile', 'paravirt', 'compare', 'report', 'render', 'page', 'cli'];
const computing = ['ingest', 'profile', 'paravirt', 'compare'];

/** Forbids relative imports of whole folders of src/. */
function without(folder, forbidden, message) {
  return {
    files: [`src/${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: `^(?:\\.\\./)+(?:${forbidden.join('|')})/`, message }] },
      ],
    },
  };
}

const downstream = (folder) => order.slice(order.indexOf(folder) + 1);
const direction = order
  .filter((folder) => folder !== 'cli')
  .map((folder) => {
    const readsOnlyTheReport = folder === 'render' || folder === 'page';
    return without(
      folder,
      [...downstream(folder), ...(readsOnlyTheReport ? computing : [])],
      readsOnlyTheReport
        ? `${folder} reads the report document and nothing else`
        : `data flows ${order.join(' -> ')}; ${folder} may not look downstream`,
    );
  });

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'src/*/assembly/',
      'dist.*.part/',
      'node_modules/',
      'fixtures/',
      'coverage/',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
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
  ...direction,
);
