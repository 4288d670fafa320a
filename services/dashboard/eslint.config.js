import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const features = [
  'accuracy', 'board', 'calendar', 'create', 'dead-letters', 'health', 'inbox', 'ledger', 'login', 'messages', 'sources', 'start',
  'table', 'task',
];

/** The import law: app -> features -> shared, and no feature knows another. */
const importLaw = [
  { target: './src/shared', from: './src/features', message: 'shared is below the features' },
  { target: './src/shared', from: './src/app', message: 'shared is below the app' },
  { target: './src/features', from: './src/app', message: 'features are below the app' },
  ...features.map((name) => ({
    target: `./src/features/${name}`,
    from: './src/features',
    except: [`./${name}`],
    message: 'features never import features; move what both need to shared',
  })),
];

export default tseslint.config(
  { ignores: ['dist', 'src/shared/api/schema.gen.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      // The API says "" where a channel told nothing; `||` is what skips it.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // The router redirects by throwing what is no Error.
      '@typescript-eslint/only-throw-error': [
        'error',
        { allow: [{ from: 'package', package: '@tanstack/router-core', name: 'Redirect' }] },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'import-x': importX, 'react-hooks': reactHooks },
    extends: [jsxA11y.flatConfigs.strict],
    languageOptions: { globals: globals.browser },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: importLaw }],
      'import-x/no-cycle': 'error',
      'import-x/order': [
        'error',
        {
          alphabetize: { order: 'asc' },
          'newlines-between': 'always',
          pathGroups: [{ pattern: '@/**', group: 'internal' }],
          groups: [['builtin', 'external'], 'internal', ['parent', 'sibling', 'index']],
        },
      ],
    },
  },
  { files: ['dev/**', 'scripts/**', '*.js'], languageOptions: { globals: globals.node } },
  { files: ['scripts/service-worker.js'], languageOptions: { globals: globals.serviceworker, sourceType: 'script' } },
  { files: ['public/**'], languageOptions: { globals: globals.browser, sourceType: 'script' } },
);
