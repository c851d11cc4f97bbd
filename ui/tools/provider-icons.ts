// The catalog's icons, from simple-icons (CC0), as one sprite beside the scripts. What the package no longer has, or has
// only under a licence of the brand's own, is left out: a monogram stands there.
import { existsSync, readFileSync, readdirSync } from 'node:fs';

import { getIconSlug, getIconsData } from 'simple-icons/sdk';
import type { Plugin } from 'vite';

const catalog = new URL('../../providers/', import.meta.url);
const drawings = new URL('../node_modules/simple-icons/icons/', import.meta.url);

/** Where the page finds the sprite. */
const SPRITE = 'provider-icons.svg';

/** Path data, 24 by 24, by provider id. A provider's file says `icon` where the icon's name is not the id. */
export async function providerIcons(): Promise<Map<string, string>> {
  const data = await getIconsData();
  const free = new Set(data.filter(({ license }) => !license || license.type === 'CC0-1.0').map(getIconSlug));
  const icons: [string, string][] = [];
  for (const file of readdirSync(catalog).filter((name) => name.endsWith('.toml'))) {
    const id = file.slice(0, -'.toml'.length);
    const slug = /^icon = "([a-z0-9_]+)"$/m.exec(readFileSync(new URL(file, catalog), 'utf8'))?.[1] ?? id;
    const drawing = new URL(`${slug}.svg`, drawings);
    if (!free.has(slug) || !existsSync(drawing)) continue;
    const path = /<path d="([^"]+)"/.exec(readFileSync(drawing, 'utf8'))?.[1];
    if (path) icons.push([id, path]);
  }
  return new Map(icons.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The sprite: a symbol for each icon, by provider id. */
export function sprite(icons: Map<string, string>): string {
  const symbols = [...icons].map(([id, d]) => `<symbol id="${id}" viewBox="0 0 24 24"><path d="${d}"/></symbol>`);
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`;
}

/** Tells the page which providers have an icon (`PROVIDER_ICONS`), and puts the sprite beside it. */
export async function providerSprite(): Promise<Plugin> {
  const icons = await providerIcons();
  const source = sprite(icons);
  return {
    name: 'provider-sprite',
    config: () => ({ define: { PROVIDER_ICONS: JSON.stringify([...icons.keys()].join(' ')) } }),
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: SPRITE, source });
    },
    configureServer(server) {
      server.middlewares.use(`/${SPRITE}`, (_, response) => {
        response.setHeader('content-type', 'image/svg+xml');
        response.end(source);
      });
    },
  };
}
