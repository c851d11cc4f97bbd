import type { ConnectionView } from '$lib/ipc/bindings';
import { meaning } from '$lib/status';
import { text } from '$lib/text';
import { until } from '$lib/time';

const MINUTE = 60_000;
/** A countdown is silent; crossing one of these is said, once for each token. */
const THRESHOLDS = [10 * MINUTE, MINUTE, 0];

/** Speaks to screen readers through one live region; what happens at once is said in one sentence. */
export class Announcer {
  message = $state('');
  /** Codes that were said: once is enough. */
  #codes = new Set<string>();
  /** Per connection: which end is watched, and the last threshold passed. */
  #watched = new Map<string, { ends: string; passed: number }>();
  /** What was looked at last, and the moment from which one of them is past another threshold. */
  #looked: { views: ConnectionView[]; until: number } | null = null;

  say(message: string): void {
    // The same words again would not be read: a trailing no-break space makes them new.
    this.message = this.message === message ? `${message}\u00a0` : message;
  }

  changed(views: ConnectionView[]): void {
    const [first] = views;
    if (!first) return;
    const asked = views.filter(({ waiting }) => waiting?.device && !this.#codes.has(waiting.device.user_code));
    for (const { name, waiting } of asked) {
      if (!waiting?.device) continue;
      const { user_code, verification_uri } = waiting.device;
      this.#codes.add(user_code);
      return this.say(text.announce.code(name, user_code, verification_uri));
    }
    this.say(
      views.length === 1
        ? text.announce.status(first.name, text.status[first.status.kind])
        : text.announce.changes(views.length),
    );
  }

  tick(views: ConnectionView[], now: number): void {
    if (views === this.#looked?.views && now < this.#looked.until) return;
    let next = Infinity;
    const crossed = THRESHOLDS.map(() => 0);
    for (const view of views) {
      if (view.expires_at === null || !meaning(view.status.kind).usable) continue;
      const left = until(view.expires_at, now);
      const passed = THRESHOLDS.filter((threshold) => left <= threshold).length;
      next = Math.min(next, now + left - (THRESHOLDS[passed] ?? -Infinity));
      const before = this.#watched.get(view.id);
      const isNew = before?.ends !== view.expires_at;
      this.#watched.set(view.id, { ends: view.expires_at, passed });
      if (!isNew && passed > before.passed) crossed[passed - 1] = (crossed[passed - 1] ?? 0) + 1;
    }
    this.#looked = { views, until: next };
    const [ten = 0, one = 0, ended = 0] = crossed;
    const parts = [];
    if (ended > 0) parts.push(text.announce.ended(ended));
    if (one > 0) parts.push(text.announce.soon(one, 1));
    if (ten > 0) parts.push(text.announce.soon(ten, 10));
    if (parts.length > 0) this.say(parts.join(' '));
  }
}
