import { builtinModules } from 'node:module';
import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/', 'node_modules/', '.venv/', '.native/', '.bench/', 'data/', 'runs/', 'notebooks/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strict],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='Math'][property.name='random']",
          message: 'Every draw comes from a seeded RandomStream.',
        },
        {
          selector:
            "MemberExpression[object.name='tf'][property.name=/^random|^truncatedNormal$|^multinomial$/]",
          message: 'Every draw comes from a seeded RandomStream.',
        },
      ],
    },
  },
  {
    // The core: what it needs of the machine and of TensorFlow comes from lib/tensor.
    files: ['lib/{config,masks,nn,losses,model}/**/*.ts', 'lib/*.ts', 'lib/data/spectrogram/*.ts'],
    ignores: ['lib/machineLimit.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: builtinModules,
          patterns: [
            {
              group: ['node:*', '@tensorflow/*'],
              message: 'TensorFlow comes from lib/tensor; nothing here needs Node.',
            },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'require', '__dirname'],
    },
  },
  {
    files: ['**/*.mjs', 'scripts/**/*.{js,cjs}', 'lib/tfjs-node/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        setImmediate: 'readonly',
        performance: 'readonly',
        fetch: 'readonly',
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
      },
    },
  },
);
