// Every word of the page, whole sentences only, in the language that is spoken. Words about failures, statuses' evidence
// and checks come from the core, in the same language.

import { languages, type Rooms } from '$languages';

export type Text = typeof import('./en').text;

/** Nothing until `speak` has been awaited, so a module may read it only when it is asked for a word. */
export let text: Text;
/** Orders names as the language does. */
export let collator: Intl.Collator;

let spoken: keyof typeof languages;
const entered: Partial<Rooms> = {};

/** Loads the words of a view, then the view. */
export async function enter<V>(name: keyof Rooms, view: () => Promise<V>): Promise<V> {
  for (let language: typeof spoken | null = null; language !== spoken;) {
    language = spoken;
    const words = await languages[language].room(name);
    // Another language may be spoken by the time they come.
    if (language === spoken) Object.assign(entered, { [name]: words });
  }
  return view();
}

/** The words of a view that was entered. */
export const room = <R extends keyof Rooms>(name: R): Rooms[R] => entered[name] as Rooms[R];

/** Loads a language and makes it the page's. What is mounted keeps its words: mount it again. */
export async function speak(language: keyof typeof languages): Promise<void> {
  ({ text } = await languages[language].opening());
  spoken = language;
  collator = new Intl.Collator(text.locale, { numeric: true, sensitivity: 'base' });
  const root = globalThis.document?.documentElement;
  if (root) Object.assign(root, { lang: text.locale, dir: text.direction });
}
