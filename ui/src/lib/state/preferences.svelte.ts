import type { Settings } from '$lib/ipc/bindings';

/** The person's settings, and their effect on the page. */
export class Preferences {
  current = $state.raw<Settings>({
    clipboard_seconds: 30,
    theme: 'system',
    density: 'comfortable',
    grouping: 'nothing',
    notifications: true,
    language: null,
    keep_in_tray: true,
  });

  /** What was done from the palette, the newest first. */
  get used(): string[] {
    return this.current.used ?? [];
  }

  set(settings: Settings): void {
    this.current = settings;
    const root = document.documentElement;
    root.dataset['theme'] = settings.theme;
    root.dataset['density'] = settings.density;
  }
}
