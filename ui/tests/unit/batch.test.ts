import { describe, expect, it, vi } from 'vitest';

import type { Ipc } from '../../src/lib/ipc/contract';
import { connection, problems } from '../../src/lib/ipc/fake-data';
import { Batch, type Verb } from '../../src/lib/state/batch.svelte';

const views = (n: number) => Array.from({ length: n }, (_, i) => connection('connected', i));
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A batch whose commands are answered by hand, in the order they were sent. */
function begun(n: number, verb: Verb = 'refresh') {
  const asked: string[] = [];
  const answers: ((problem?: unknown) => void)[] = [];
  const ask = (id: string): Promise<never> => {
    asked.push(id);
    return new Promise((resolve, reject) =>
      answers.push((problem) => (problem === undefined ? resolve(undefined as never) : reject(problem as Error))),
    );
  };
  const onover = vi.fn();
  const batch = new Batch({ refresh: ask, disconnect: ask } as Partial<Ipc> as Ipc, verb, views(n), onover);
  const states = (): string => batch.entries.map(({ step }) => step.state[0]).join('');
  const answer = async (nth: number, problem?: unknown): Promise<void> => {
    answers[nth]?.(problem);
    await settled();
  };
  return { batch, asked, answer, onover, states };
}

describe('a batch', () => {
  it('has at most four under way', async () => {
    const { asked, answer, states, batch, onover } = begun(6);
    expect([asked.length, states()]).toEqual([4, 'rrrrww']);
    await answer(1);
    expect([asked.length, states()]).toEqual([5, 'rdrrrw']);
    for (const n of [0, 2, 3, 4, 5]) await answer(n);
    expect([states(), batch.over, onover.mock.calls.length]).toEqual(['dddddd', true, 1]);
    expect(batch.count.done).toBe(6);
  });

  it('is over once, also when all end at the same moment', async () => {
    const { answer, onover } = begun(4);
    await Promise.all([0, 1, 2, 3].map((n) => answer(n)));
    expect(onover).toHaveBeenCalledTimes(1);
  });

  it('cancelled, begins nothing more and lets end what is under way', async () => {
    const { batch, asked, answer, states, onover } = begun(6);
    batch.cancel();
    expect([states(), batch.over, onover.mock.calls.length]).toEqual(['rrrrss', false, 0]);
    for (const n of [0, 1, 2, 3]) await answer(n);
    expect([asked.length, states(), batch.over]).toEqual([4, 'ddddss', true]);
  });

  it('keeps why one failed, goes on with the others, and tries again what did not end well', async () => {
    const { batch, asked, answer, states, onover } = begun(3);
    await answer(0, problems.serverError);
    await answer(1, problems.offline);
    await answer(2);
    const [first] = batch.entries;
    expect(first?.step).toMatchObject({ state: 'failed', problem: { code: 'oauth/server_error' } });
    batch.retry(first?.id);
    expect(states()).toBe('rfd');
    await answer(3);
    batch.retry();
    expect(states()).toBe('drd');
    await answer(4);
    expect([states(), asked.length, onover.mock.calls.length]).toEqual(['ddd', 5, 3]);
  });

  it('tries again what was not begun', async () => {
    const { batch, answer, states } = begun(5);
    batch.cancel();
    for (const n of [0, 1, 2, 3]) await answer(n);
    batch.retry();
    expect(states()).toBe('ddddr');
  });
});
