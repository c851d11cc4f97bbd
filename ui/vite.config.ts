import { fileURLToPath } from 'node:url';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

import { providerSprite } from './tools/provider-icons.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// `--mode fake` swaps the one module that talks to the app. Nothing else imports the fake, so a production build
// cannot hold it; tests/unit/bundle.test.ts looks.
export default defineConfig(({ mode }) => ({
  plugins: [svelte(), providerSprite()],
  resolve: {
    alias: {
      $ipc: at(mode === 'fake' ? './src/lib/ipc/fake.ts' : './src/lib/ipc/ipc.ts'),
      $languages: at(mode === 'fake' ? './src/lib/text/fake-languages.ts' : './src/lib/text/languages.ts'),
      $lib: at('./src/lib'),
    },
    // Vitest runs in Node; without this Svelte would resolve to its server build, where runes are inert.
    conditions: mode === 'test' ? ['browser', 'module', 'import', 'default'] : undefined,
  },
  clearScreen: false,
  server: { port: 5173, strictPort: true, host: '127.0.0.1' },
  build: {
    target: ['chrome123', 'safari17.5'],
    // The page's policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  test: {
    include: ['tests/unit/**/*.test.ts'],
    environment: 'node',
    setupFiles: ['tests/unit/speak.ts'],
    env: { TZ: 'UTC' },
  },
}));
