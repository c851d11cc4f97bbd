import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

import svelteConfig from './svelte.config.js';

const tauri = { group: ['@tauri-apps/*'], message: 'Only lib/ipc talks to the app: use $ipc through the stores.' };
const ipc = { group: ['$ipc', '**/lib/ipc/ipc', '**/lib/ipc/fake'], message: 'Go through lib/state.' };
const words = {
  group: ['**/text/en', '**/text/en/*', '**/text/de', '**/text/de/*'],
  message: 'Ask $lib/text: it speaks the language that is chosen.',
};
const domains = {
  group: ['$lib/state/*', '$lib/state', '**/connections/*', '**/providers/*', '**/settings/*'],
  message: 'Primitives know no domain.',
};
const restrict = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

export default ts.config(
  { ignores: ['dist', 'dist-fake', 'src/lib/ipc/bindings.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } } },
  { files: ['tests/page/**'], languageOptions: { globals: { __fake: 'readonly' } } },
  { files: ['tests/**', 'tools/**', '*.js', '*.ts'], languageOptions: { globals: { ...globals.node } } },
  {
    files: ['src/**'],
    rules: {
      ...restrict(tauri, ipc, words),
      'no-console': 'error',
      // The policy of the page has no 'unsafe-inline', and {@html} would be a door for a provider's words.
      'svelte/no-at-html-tags': 'error',
      'svelte/no-inline-styles': ['error', { allowTransitions: false }],
    },
  },
  { files: ['src/lib/components/primitives/**'], rules: restrict(tauri, ipc, words, domains) },
  { files: ['src/lib/state/index.ts'], rules: restrict(tauri, words) },
  { files: ['src/lib/text/**'], rules: restrict(tauri, ipc) },
  // Stores keep books that nothing renders; what is rendered is checked by the page's tests.
  { files: ['src/lib/state/**'], rules: { 'svelte/prefer-svelte-reactivity': 'off' } },
  { files: ['src/lib/ipc/**'], rules: { 'no-restricted-imports': 'off' } },
);
