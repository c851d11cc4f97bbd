import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Snapshot } from '../../src/lib/ipc/bindings';
import type { Ipc } from '../../src/lib/ipc/contract';
import { connection, ready, settings } from '../../src/lib/ipc/fake-data';
import { App } from '../../src/lib/state/app.svelte';
import { collator, speak, text } from '../../src/lib/text';
import { counting } from '../../src/lib/text/counting';
import { ago, clock } from '../../src/lib/time';

afterEach(() => speak('en'));

/** Every sentence with its place: `console.title`. */
function sentences(room: object, place = ''): [string, unknown][] {
  return Object.entries(room).flatMap(([name, value]) =>
    typeof value === 'object' ? sentences(value as object, `${place}${name}.`) : [[`${place}${name}`, value]],
  );
}

const rooms = import.meta.glob<object>('../../src/lib/text/{de,en}/*.ts', { eager: true });
const places = Object.keys(rooms).filter((path) => path.includes('/en/'));

describe.each(places.map((path) => [path, rooms[path] ?? {}, rooms[path.replace('/en/', '/de/')] ?? {}]))(
  '%s in German',
  (_, english, german) => {
    it('has every sentence, and no others', () => {
      const places = (room: object): string[] => sentences(room).map(([place]) => place);
      expect(places(german).sort()).toEqual(places(english).sort());
    });

    it('leaves no sentence in English or unfinished', () => {
      const originals = new Map(sentences(english));
      for (const [place, words] of sentences(german)) {
        if (typeof words !== 'string') continue;
        const original = String(originals.get(place));
        expect(words, place).not.toBe('');
        expect(/[.:…?]$/.exec(words)?.[0], place).toBe(/[.:…?]$/.exec(original)?.[0]);
        // What a program reads has no spaces around its words, or is no sentence.
        if (/[a-z] [a-z].* [a-z]/.test(original)) expect(words, place).not.toBe(original);
      }
    });
  },
);

describe('counting', () => {
  it('follows the language', () => {
    expect(counting('en-GB')(1, 'connection', 'connections')).toBe('1 connection');
    expect(counting('en-GB')(0, 'connection', 'connections')).toBe('0 connections');
    expect(counting('de')(2, 'Verbindung', 'Verbindungen')).toBe('2 Verbindungen');
    expect(counting('de')(1234, 'Verbindung', 'Verbindungen')).toBe('1.234 Verbindungen');
  });
});

describe('speaking German', () => {
  const root = { lang: '', dir: '', dataset: {} };
  beforeEach(() => vi.stubGlobal('document', { documentElement: root, querySelector: () => null }));
  afterEach(() => vi.unstubAllGlobals());

  it('says so of the page, and writes words, days and spans in it', async () => {
    await speak('de');
    expect(root).toMatchObject({ lang: 'de', dir: 'ltr' });
    expect(text.console.add).toBe('Verbindung hinzufügen');
    const now = Date.parse('2026-11-21T12:00:00Z');
    expect(clock('2026-12-24T12:00:00Z', now)).toBe('24. Dez., 12:00');
    expect(ago('2026-11-20T11:00:00Z', now)).toBe('vor 1 Tag');
    expect(['Zoë', 'Ärzte', 'Apfel'].sort(collator.compare)).toEqual(['Apfel', 'Ärzte', 'Zoë']);
  });

  it('begins when it is chosen, with what the core says of everything', async () => {
    vi.stubGlobal('navigator', { languages: ['en'] });
    let chosen = settings;
    const view = connection('connected', 0);
    const german = { ...view, status: { ...view.status, evidence: 'Auf Deutsch.' } };
    const snapshot: Snapshot = { revision: 1, connections: [view], vault: ready, settings };
    const ipc: Partial<Ipc> = {
      language: () => Promise.resolve(chosen.language ?? 'en'),
      savesettings: (next) => Promise.resolve(void (chosen = next)),
      subscribe: () =>
        Promise.resolve(
          chosen.language === 'de' ? { ...snapshot, revision: 2, connections: [german], settings: chosen } : snapshot,
        ),
      painted: () => Promise.resolve(),
      version: () => Promise.resolve('1'),
    };
    const app = new App(ipc as Ipc);
    await app.speak();
    await app.start();
    expect(app.language).toBe('en');
    await app.saveSettings({ ...settings, language: 'de' });
    expect(app.language).toBe('de');
    expect(text.waiting.cancel).toBe('Abbrechen');
    expect(app.connections.get(view.id)?.status.evidence).toBe('Auf Deutsch.');
  });
});
