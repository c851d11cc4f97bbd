import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { ProblemView, Settings, Snapshot } from '../../src/lib/ipc/bindings';
import type { FaceEvent, Ipc } from '../../src/lib/ipc/contract';
import { connection, problems, ready, settings } from '../../src/lib/ipc/fake-data';
import { App } from '../../src/lib/state/app.svelte';
import { span, until } from '../../src/lib/time';

beforeEach(() => vi.stubGlobal('document', { documentElement: { dataset: {} }, querySelector: () => null }));
afterEach(() => vi.unstubAllGlobals());

const view = connection('connected', 1);
const snapshot: Snapshot = { revision: 5, connections: [view], vault: ready, settings };

/** An app whose commands do what the test says; whatever it does not mention must not be called. */
function appWith(commands: Partial<Ipc>): App {
  return new App({ version: () => Promise.resolve('1'), ...commands } as Ipc);
}

describe('start', () => {
  it('keeps events that come before the snapshot and applies them after it', async () => {
    const app = appWith({
      subscribe: (listener) => {
        listener({ event: 'connections', revision: 6, changed: [{ ...view, name: 'newer' }], removed: [] });
        listener({ event: 'connections', revision: 4, changed: [{ ...view, name: 'older' }], removed: [] });
        return Promise.resolve(snapshot);
      },
    });
    await app.start();
    expect(app.connections.get(view.id)?.name).toBe('newer');
  });

  it('shows why the profile could not be read, and recovers', async () => {
    let broken = true;
    const app = appWith({
      subscribe: () => (broken ? Promise.reject(problems.serverError as ProblemView) : Promise.resolve(snapshot)),
    });
    await app.start();
    expect(app.failure?.code).toBe('oauth/server_error');
    broken = false;
    await app.start();
    expect(app.failure).toBeNull();
    expect(app.connections.loaded).toBe(true);
  });
});

it('counts from the moment something happens, not from the last tick', async () => {
  vi.useFakeTimers({ now: Date.parse('2026-11-21T12:00:00.000Z') });
  const app = appWith({ subscribe: () => Promise.resolve(snapshot) });
  await app.start();
  vi.setSystemTime('2026-11-21T12:00:00.900Z');
  app.receive({ event: 'clipboard', connection: view.id, clears_at: '2026-11-21T12:00:30.890Z' });
  expect(span(until(app.clipboard.clearsAt ?? '', app.clock.now))).toBe('0:30');
  vi.useRealTimers();
});

describe('commands', () => {
  const started = async (commands: Partial<Ipc>): Promise<App> => {
    const app = appWith({ subscribe: () => Promise.resolve(snapshot), ...commands });
    await app.start();
    return app;
  };

  it('turns a rejection into a notice whose retry runs the same command', async () => {
    const refresh = vi.fn().mockRejectedValueOnce(problems.serverError).mockResolvedValue(undefined);
    const app = await started({ refresh });
    expect(await app.refresh(view.id)).toBe(false);
    const [notice] = app.notices.list;
    expect(notice?.kind === 'problem' && notice.problem.code).toBe('oauth/server_error');
    if (notice?.kind === 'problem') notice.retry?.();
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  it('shows the same failure once', async () => {
    const app = await started({ refresh: () => Promise.reject(problems.serverError) });
    await app.refresh(view.id);
    await app.refresh(view.id);
    expect(app.notices.list).toHaveLength(1);
  });

  it('shows what came of a command last, and nothing once it has worked', async () => {
    const refresh = vi
      .fn()
      .mockRejectedValueOnce(problems.serverError)
      .mockRejectedValueOnce(problems.offline)
      .mockResolvedValue(undefined);
    const app = await started({ refresh, copytext: () => Promise.reject(problems.store) });
    const codes = (): string[] => app.notices.shown.flatMap((n) => (n.kind === 'problem' ? n.problem.code : []));
    await app.refresh(view.id);
    await app.copyText('x');
    await app.refresh(view.id);
    expect(codes()).toEqual(['store/failed', 'network/offline']);
    await app.refresh(view.id);
    expect(codes()).toEqual(['store/failed']);
  });

  it('says of no tokens that they were refreshed once they are gone', async () => {
    const app = await started({ refresh: () => Promise.resolve() });
    const kinds = (): string[] => app.notices.shown.map(({ kind }) => kind);
    await app.refresh(view.id);
    expect(kinds()).toEqual(['refreshed']);
    app.receive({ event: 'connections', revision: 99, changed: [{ ...view, issued_at: null }], removed: [] });
    expect(kinds()).toEqual([]);
  });

  it('shows three notices at most, with what can be taken back', async () => {
    const app = await started({});
    app.notices.add({ kind: 'forgetting', names: ['one'] });
    for (const problem of [problems.serverError, problems.offline, problems.store])
      app.notices.add({ kind: 'problem', problem, connection: null, command: null, retry: null });
    expect(app.notices.shown.map(({ kind }) => kind)).toEqual(['forgetting', 'problem', 'problem']);
    expect([app.notices.dismissNewest(), app.notices.dismissNewest(), app.notices.dismissNewest()]).toEqual([
      true,
      true,
      false,
    ]);
    expect(app.notices.shown.map(({ kind }) => kind)).toEqual(['forgetting']);
  });

  it('calls a rejection that is no problem our own mistake', async () => {
    const app = await started({ refresh: () => Promise.reject(new Error('command not found')) });
    await app.refresh(view.id);
    const [notice] = app.notices.list;
    expect(notice?.kind === 'problem' && [notice.problem.code, notice.problem.cause]).toEqual([
      'internal',
      'Error: command not found',
    ]);
  });

  it('does not send a command again while it is not answered', async () => {
    const refresh = vi.fn(() => new Promise<void>(() => undefined));
    const app = await started({ refresh });
    void app.refresh(view.id);
    void app.refresh(view.id);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('takes settings back when they could not be saved', async () => {
    const app = await started({ savesettings: () => Promise.reject(problems.serverError) });
    await app.saveSettings({ ...settings, theme: 'dark' });
    expect(app.preferences.current.theme).toBe('system');
  });

  it('keeps what was to be forgotten when another process has connected it meanwhile', async () => {
    vi.useFakeTimers();
    const disconnect = vi.fn();
    const app = await started({ disconnect });
    const [idle, alive] = [connection('not_connected', 0), connection('connected', 0)];
    app.receive({ event: 'connections', revision: 8, changed: [idle], removed: [] });
    app.forget([idle]);
    expect(app.connections.sorted).not.toContain(idle);
    app.receive({ event: 'connections', revision: 9, changed: [alive], removed: [] });
    await vi.advanceTimersByTimeAsync(11_000);
    expect(disconnect).not.toHaveBeenCalled();
    expect(app.connections.sorted).toContain(alive);
    vi.useRealTimers();
  });

  it('saves settings one after the other, and takes back to what is saved', async () => {
    const saved: Settings[] = [];
    const answers: (() => void)[] = [];
    const savesettings = vi.fn((next: Settings) => {
      saved.push(next);
      return next.theme === 'dark'
        ? new Promise<void>((done) => answers.push(done))
        : Promise.reject(problems.serverError);
    });
    const app = await started({ savesettings });
    void app.saveSettings({ ...settings, theme: 'dark' });
    const second = app.saveSettings({ ...app.preferences.current, theme: 'light' });
    await Promise.resolve();
    expect([saved.length, app.preferences.current.theme]).toEqual([1, 'light']);
    answers[0]?.();
    await second;
    expect([saved.length, app.preferences.current.theme]).toEqual([2, 'dark']);
  });

  it('retries by refreshing where there are tokens and by connecting where there are none', async () => {
    const refresh = vi.fn(() => Promise.resolve());
    const connect = vi.fn(() => Promise.resolve());
    const app = await started({ refresh, connect });
    app.step('retry', connection('offline', 1));
    app.step('retry', connection('not_connected', 2));
    expect([refresh.mock.calls.length, connect.mock.calls.length]).toEqual([1, 1]);
  });
});

describe('table', () => {
  it('filters by every word, over name, provider, account, environment and status', async () => {
    const app = appWith({
      subscribe: () => Promise.resolve({ ...snapshot, connections: [0, 1, 2].map((n) => connection('connected', n)) }),
    });
    await app.start();
    app.table.filter = 'GOOGLE connected';
    flushSync();
    expect(app.table.rows.map((c) => c.provider)).toEqual(['google']);
  });

  it('keeps the tab stop by id through sorting, and by place when its connection has gone', async () => {
    const rows = [0, 1, 2].map((n) => ({ ...connection('connected', n), name: 'abc'[n] ?? '' }));
    const app = appWith({ subscribe: () => Promise.resolve({ ...snapshot, connections: rows }) });
    await app.start();
    const [, b, c] = rows;
    app.table.activate(b?.id ?? '');
    const event = (revision: number, more: Partial<Extract<FaceEvent, { event: 'connections' }>>): FaceEvent => ({
      event: 'connections',
      revision,
      changed: [],
      removed: [],
      ...more,
    });
    app.receive(event(6, { changed: [{ ...connection('action_needed', 1), name: 'b' }] }));
    expect([app.table.active, app.table.index]).toEqual([b?.id, 0]);
    app.table.activate(b?.id ?? '');
    app.receive(event(7, { removed: [b?.id ?? ''] }));
    expect(app.table.index).toBe(0);
    expect(app.table.move(99)?.id).toBe(c?.id);
  });
});
