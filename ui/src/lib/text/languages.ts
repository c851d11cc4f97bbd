// The languages there are, each a folder of rooms. Only the one in use is loaded: what is needed to open before the page
// mounts, the other rooms with the views they belong to.

import type { Language } from '../ipc/bindings';

/** The rooms that come with a view. */
export interface Rooms {
  activity: typeof import('./en/activity');
  claims: typeof import('./en/claims');
  copying: typeof import('./en/copying');
  life: typeof import('./en/life');
  palette: typeof import('./en/palette');
  settings: typeof import('./en/settings');
  sharing: typeof import('./en/sharing');
  spec: typeof import('./en/spec');
}

export interface House {
  opening(): Promise<typeof import('./en')>;
  room<R extends keyof Rooms>(name: R): Promise<Rooms[R]>;
}

const files = import.meta.glob(['./*/*.ts', '!./*/{adding,connection,console,count,index,table,vault,words}.ts']);

function room(language: Language): House['room'] {
  return async <R extends keyof Rooms>(name: R) => {
    const load = files[`./${language}/${name}.ts`];
    if (!load) throw new Error(`there is no ${language}/${name}`);
    return (await load()) as Rooms[R];
  };
}

export const languages: Record<Language, House> = {
  en: { opening: () => import('./en'), room: room('en') },
  de: { opening: () => import('./de'), room: room('de') },
};
