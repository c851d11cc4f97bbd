// What is shipped: within its budget, without the fake, and with nothing the page's policy would refuse.

import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const root = join(import.meta.dirname, '../..');
const BUDGET = { opening: 60_000, all: 140_000 };

async function bundle(
  mode: string,
): Promise<{ html: string; icons: string; entry: string; script: string; weight: typeof BUDGET; remove: () => void }> {
  const outDir = mkdtempSync(join(tmpdir(), 'tokenrack-ui-'));
  // Vitest has set NODE_ENV to "test", which would build a development bundle.
  vi.stubEnv('NODE_ENV', 'production');
  await build({ root, mode, logLevel: 'silent', build: { outDir, emptyOutDir: true } });
  vi.unstubAllEnvs();
  const scripts = readdirSync(join(outDir, 'assets')).filter((name) => name.endsWith('.js'));
  const bodies = scripts.map((name) => readFileSync(join(outDir, 'assets', name)));
  const html = readFileSync(join(outDir, 'index.html'), 'utf8');
  const weights = bodies.map((body) => gzipSync(body, { level: 9 }).length);
  const weigh = (some: (name: string) => boolean): number =>
    weights.filter((_, index) => some(scripts[index] ?? '')).reduce((sum, weight) => sum + weight, 0);
  const spoken = (name: string): boolean => /^(en|de)-/.test(name);
  // One language is loaded, before anything is shown.
  const words = Math.max(...weights.filter((_, index) => spoken(scripts[index] ?? '')));
  return {
    html,
    icons: readFileSync(join(outDir, 'provider-icons.svg'), 'utf8'),
    entry: bodies.filter((_, index) => html.includes(`/assets/${scripts[index]}"`)).join('\n'),
    script: Buffer.concat(bodies).toString('utf8'),
    // The entry, and what it imports: Vite names both in the page.
    weight: {
      opening: words + weigh((name) => html.includes(`/assets/${name}"`)),
      all: words + weigh((name) => !spoken(name)),
    },
    remove: () => rmSync(outDir, { recursive: true }),
  };
}

describe('the shipped page', () => {
  let shipped: Awaited<ReturnType<typeof bundle>>;
  beforeAll(async () => {
    shipped = await bundle('production');
  }, 60_000);
  afterAll(() => shipped.remove());

  it('is within its budget to open, and in all', () => {
    expect(shipped.weight.opening).toBeLessThan(BUDGET.opening);
    expect(shipped.weight.all).toBeLessThan(BUDGET.all);
  });
  it('loads the views for it when they are asked for', () => {
    expect(shipped.weight.opening).toBeGreaterThan(0);
    expect(shipped.weight.opening).toBeLessThan(shipped.weight.all);
  });
  it('loads no language before it is chosen', () => {
    expect(shipped.entry).not.toContain('Add connection');
    expect(shipped.script).toContain('Add connection');
    expect(shipped.script).toContain('Verbindung hinzufügen');
  });
  it('does not hold the fake', () => expect(shipped.script).not.toContain('tokenrack-fake-ipc'));
  it('has nothing inline', () => {
    expect(shipped.html).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)|\bon\w+=/);
    expect(shipped.script).not.toMatch(/ style="/);
  });
  it('keeps the drawings of icons out of its script', () => {
    const drawing = /<path d="([^"]{200})/.exec(shipped.icons)?.[1] ?? 'none';
    expect(shipped.icons).toContain('<symbol id="github"');
    expect(shipped.script).not.toContain(drawing);
  });
  it('reaches for nothing outside', () => expect(shipped.html).not.toMatch(/https?:/));
});

it('a fake build does hold the fake, or the test above proves nothing', async () => {
  const fake = await bundle('fake');
  expect(fake.script).toContain('tokenrack-fake-ipc');
  fake.remove();
}, 60_000);
