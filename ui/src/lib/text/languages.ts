// The languages there are, each a folder of rooms. Only the one in use is loaded: `opening` before the page mounts,
// the others with the views they belong to.

import type { Language } from '../ipc/bindings';

export interface Rooms {
  opening(): Promise<typeof import('./en')>;
  life(): Promise<typeof import('./en/life')>;
  palette(): Promise<typeof import('./en/palette')>;
  spec(): Promise<typeof import('./en/spec')>;
}

export const languages: Record<Language, Rooms> = {
  en: {
    opening: () => import('./en'),
    life: () => import('./en/life'),
    palette: () => import('./en/palette'),
    spec: () => import('./en/spec'),
  },
  de: {
    opening: () => import('./de'),
    life: () => import('./de/life'),
    palette: () => import('./de/palette'),
    spec: () => import('./de/spec'),
  },
};
