import { describe, expect, it } from 'vitest';

import type { ConnectionView } from '../../src/lib/ipc/bindings';
import { connection, waiting } from '../../src/lib/ipc/fake-data';
import { Announcer } from '../../src/lib/state/announcer.svelte';

const now = Date.parse('2026-11-21T12:00:00Z');
const ending = (n: number, seconds: number): ConnectionView => ({
  ...connection('connected', n),
  expires_at: new Date(now + seconds * 1000).toISOString(),
});

describe('thresholds', () => {
  it('says each once, for all tokens together', () => {
    const announcer = new Announcer();
    const views = [ending(1, 601), ending(2, 601), ending(3, 5000)];
    announcer.tick(views, now);
    expect(announcer.message).toBe('');
    announcer.tick(views, now + 2000);
    expect(announcer.message).toBe('2 connections end in less than 10 minutes.');
    announcer.message = '';
    announcer.tick(views, now + 3000);
    expect(announcer.message).toBe('');
    announcer.tick(views, now + 602_000);
    expect(announcer.message).toBe('2 tokens have ended.');
  });

  it('is silent about what was near its end before anybody looked, and starts anew after a refresh', () => {
    const announcer = new Announcer();
    announcer.tick([ending(1, 30)], now);
    announcer.tick([ending(1, 3600)], now + 1000);
    expect(announcer.message).toBe('');
    announcer.tick([ending(1, 3600)], now + 3_545_000);
    expect(announcer.message).toBe('One connection ends in less than a minute.');
  });

  it('says a code to be entered once, letter by letter', () => {
    const announcer = new Announcer();
    const view = connection('not_connected', 0);
    const asked = waiting({ ...view, registration: { ...view.registration, grant: 'device_code' } }, 0, true);
    announcer.changed([asked]);
    expect(announcer.message).toContain('enter the code W D J B - M J H T at https://github.example/device.');
    announcer.changed([asked]);
    expect(announcer.message).toBe('GitHub work: Waiting for browser.');
  });

  it('makes a repeated sentence readable again', () => {
    const announcer = new Announcer();
    announcer.say('a');
    announcer.say('a');
    expect(announcer.message).toBe('a\u00a0');
  });
});
