// The languages, and for the page's tests two that nobody speaks: English made longer, accented and bracketed, so that
// words outside the catalogs, words that are put together and places that are too small all show; and the same from
// right to left. Only `--mode fake` builds them in.

import { languages as real, type House, type Rooms } from './languages';

export type { Rooms };

const LONGER = 0.4;
const accents: Record<string, string> = Object.fromEntries(
  [...'aáeéiíoóuúyýcçnñAÁEÉIÍOÓUÚCÇNÑ'.matchAll(/(.)(.)/g)].map(([, plain, accented]) => [plain, accented]),
);

/** "Add" becomes "⟦Ádd~~⟧"; what is added to a sentence breaks as words do. */
function strange(words: string): string {
  if (words.trim() === '') return words;
  const accented = words.replace(/[a-zA-Z]/g, (letter) => accents[letter] ?? letter);
  return `⟦${accented}${'~~~~~ '
    .repeat(words.length)
    .slice(0, Math.ceil(words.length * LONGER))
    .trimEnd()}⟧`;
}

/** The same room with strange sentences. What a sentence is given stays as it is: it is data, or strange already. */
function estrange<T>(room: T): T {
  if (typeof room === 'string') return strange(room) as T;
  if (typeof room === 'function') {
    return ((...given: unknown[]) => {
      // Data is taken out before and put back after; a number decides about the plural, so it stays.
      const kept: string[] = [];
      const mark = (value: unknown): unknown =>
        typeof value === 'string' ? `\u{e000}${kept.push(value) - 1}\u{e001}` : value;
      const said = (room as (...given: unknown[]) => unknown).call(undefined, ...given.map(mark));
      if (typeof said !== 'string') return said;
      return strange(said).replace(/\u{e000}(\d+)\u{e001}/gu, (_, index) => kept[Number(index)] ?? '');
    }) as T;
  }
  if (typeof room !== 'object' || room === null) return room;
  return Object.fromEntries(Object.entries(room).map(([name, words]) => [name, estrange(words)])) as T;
}

/** Asked with words of the engine as keys, which must reach them as they are. */
const KEYED = ['step', 'category', 'categoryCount', 'summary'] as const;

function pseudo(name: string, direction: 'ltr' | 'rtl'): House {
  return {
    async opening() {
      const { text } = await real.en.opening();
      const keyed = Object.fromEntries(
        KEYED.map((name) => {
          const say = text[name] as (...given: unknown[]) => string;
          return [name, (...given: unknown[]) => strange(say.call(text, ...given))];
        }),
      );
      return { text: { ...estrange(text), ...keyed, app: text.app, locale: `en-x-${name}`, direction } };
    },
    // The start of a provider file is a document, not a sentence; nor is what a token is copied as.
    async room<R extends keyof Rooms>(name: R) {
      const room = await real.en.room(name);
      return { ...room, words: estrange(room.words) };
    },
  };
}

export const languages = { ...real, pseudo: pseudo('pseudo', 'ltr'), mirrored: pseudo('mirrored', 'rtl') };
