import tseslint from 'typescript-eslint';
import { importRules } from './scripts/import-rules.mjs';

const common = {
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
  eqeqeq: 'error',
};

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
  { files: ['**/*.mjs'], rules: common },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      ...common,
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { imports: importRules },
    rules: {
      'imports/direction': 'error',
      // what JSON.parse gives is any until a schema or a check has seen it
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-member-access': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
    },
  },
);
