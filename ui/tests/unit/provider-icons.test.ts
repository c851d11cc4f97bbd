// The sprite is made from the catalog and simple-icons at build time.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { providerIcons, sprite } from '../../tools/provider-icons';

const catalog = join(import.meta.dirname, '../../../providers');
const icons = await providerIcons();

it('draws well-known providers, by the id or by the name their file says', () => {
  for (const id of ['github', 'gitlab', 'google', 'github-enterprise-server']) {
    expect(icons.get(id), id).toMatch(/^[Mm][\d\s.,a-zA-Z-]+$/);
  }
  expect(icons.get('github-enterprise-server')).toBe(icons.get('github'));
});

it('draws every icon that a file names', () => {
  const named = readdirSync(catalog).filter((file) => /^icon = /m.test(readFileSync(join(catalog, file), 'utf8')));
  expect(named.length).toBeGreaterThan(5);
  for (const file of named) expect([...icons.keys()]).toContain(file.replace('.toml', ''));
});

it('leaves out a brand that asks for a licence of its own, and one that asked to be removed', () => {
  expect(icons.has('keycloak')).toBe(false);
  expect(icons.has('microsoft')).toBe(false);
});

it('puts them into one file that the page can point into', () => {
  expect(sprite(icons)).toContain(
    `<symbol id="github" viewBox="0 0 24 24"><path d="${icons.get('github')}"/></symbol>`,
  );
});
