// What stands for a provider without an icon: its first letters, if it begins with one, in a colour that stays the same for a name.

/** Tones that never ask for anything: a row's status does that. */
const TONES = ['quiet', 'info', 'ok'] as const;

export interface Monogram {
  /** Empty where the name begins with none: a digit would be read as a number. */
  letters: string;
  tone: (typeof TONES)[number];
}

/** The first letters of the first two words; what is in parentheses does not count. */
export function monogram(name: string): Monogram {
  const words = name.replace(/\(.*$/, '').match(/[\p{L}\p{N}][^\s-]*/gu) ?? [];
  const letters = words.slice(0, 2).map((word) => [...word][0]?.toUpperCase() ?? '');
  const hash = [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 0x7fffffff, 7);
  return {
    letters: /^\p{L}/u.test(letters.join('')) ? letters.join('') : '',
    tone: TONES[hash % TONES.length] ?? 'quiet',
  };
}
