import { describe, expect, it, vi } from 'vitest';

import type { FindingView, SpecView } from '../../src/lib/ipc/bindings';
import type { Ipc } from '../../src/lib/ipc/contract';
import { problems } from '../../src/lib/ipc/fake-data';
import { type Beginning, SpecForm } from '../../src/lib/state/spec.svelte';

const mistake: FindingView = { file: null, line: 3, message: 'name: people need a name', ours: true, instead: null };
const seen = (more: Partial<SpecView> = {}): SpecView => ({
  id: 'acme',
  findings: [],
  exists: false,
  cautions: [],
  vars: [],
  ...more,
});

/** A form whose commands do what the test says; whatever it does not mention must not be called. */
function formOf(beginning: Beginning, commands: Partial<Ipc>): SpecForm {
  return new SpecForm({ lintspec: () => Promise.resolve(seen()), ...commands } as Ipc, beginning);
}

describe('a provider file', () => {
  it('is unsaved until it is what is on the disk', () => {
    const own = formOf({ text: 'a', editing: 'acme', kept: true }, {});
    expect(own.unsaved).toBe(false);
    own.text = 'b';
    expect(own.unsaved).toBe(true);
    own.text = 'a';
    expect(own.unsaved).toBe(false);
    expect(formOf({ text: 'made of a document' }, {}).unsaved).toBe(true);
  });

  it('drops a late answer to an older text', async () => {
    const waiting: ((view: SpecView) => void)[] = [];
    const form = formOf({ text: 'a' }, { lintspec: () => new Promise<SpecView>((resolve) => waiting.push(resolve)) });
    const looks = [form.look(), form.look()];
    waiting[1]?.(seen({ id: 'new' }));
    waiting[0]?.(seen({ id: 'old' }));
    await Promise.all(looks);
    expect(form.view?.id).toBe('new');
  });

  it('is neither tried nor saved with a mistake, nor over another of the person’s own', async () => {
    const form = formOf({ text: 'a' }, { lintspec: () => Promise.resolve(seen({ findings: [mistake] })) });
    expect(await form.check()).toBe(false);
    expect(form.refused).toBe('check');
    expect(await form.save()).toBeNull();
    expect(form.refused).toBe('save');
    form.changed();
    expect(form.refused).toBeNull();
    const taken = formOf({ text: 'a' }, { lintspec: () => Promise.resolve(seen({ exists: true })) });
    expect(await taken.save()).toBeNull();
    expect([taken.taken, taken.refused, taken.fits]).toEqual([true, 'save', false]);
  });

  it('replaces the file it was read from, as it was then, and no other', async () => {
    const savespec = vi.fn(() => Promise.resolve('acme'));
    const exists = { lintspec: () => Promise.resolve(seen({ exists: true })), savespec };
    const form = formOf({ text: 'before', editing: 'acme', kept: true }, exists);
    form.text = 'after';
    expect(await form.save()).toBe('acme');
    expect(savespec).toHaveBeenLastCalledWith('after', 'before');
    const renamed = formOf({ text: 'before', editing: 'old', kept: true }, { savespec });
    expect(await renamed.save()).toBe('acme');
    expect(renamed.renamed).toBe(true);
    expect(savespec).toHaveBeenLastCalledWith('before', null);
    const fresh = formOf({ text: 'blank', kept: true }, { savespec });
    await fresh.save();
    expect(savespec).toHaveBeenLastCalledWith('blank', null);
  });

  it('shows why it was refused, and keeps the text', async () => {
    const form = formOf({ text: 'a' }, { savespec: () => Promise.reject(problems.spec) });
    expect(await form.save()).toBeNull();
    expect([form.problem?.code, form.text, form.doing]).toEqual(['provider/invalid_spec', 'a', null]);
  });

  it('forgets how a text went once it is another, and never shows it for one', async () => {
    let answer: (checks: []) => void = () => undefined;
    const form = formOf({ text: 'a' }, { checkspec: () => new Promise((resolve) => (answer = resolve)) });
    const first = form.check();
    await vi.waitFor(() => expect(form.doing).toBe('check'));
    expect(await form.check(), 'one at a time').toBe(false);
    await Promise.resolve();
    form.text = 'b';
    answer([]);
    await first;
    expect(form.checks).toBeNull();
  });
});
