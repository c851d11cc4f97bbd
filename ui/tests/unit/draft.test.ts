import { describe, expect, it } from 'vitest';

import type { Draft, DraftPreview } from '../../src/lib/ipc/bindings';
import type { Ipc } from '../../src/lib/ipc/contract';
import { pages } from '../../src/lib/ipc/fake-data';
import { DraftForm, type Way } from '../../src/lib/state/draft.svelte';

const page = (id: string) => pages.find((p) => p.id === id) ?? expect.fail(id);
const answer = (errors: Record<string, string>): DraftPreview => ({
  redirect_uri: 'x:/y',
  redirect: 'deep_link',
  name: 'n',
  register_url: null,
  scopes: [],
  grant: 'authorization_code',
  grants: ['authorization_code'],
  authentication: 'none',
  registers: false,
  errors,
});

const nothing = { secret: '', token: '' };

describe('draft', () => {
  it('sends only what a person filled in', () => {
    const form = new DraftForm({} as Ipc, 'gitlab', page('gitlab'));
    form.clientId = ' abc ';
    expect(form.draft).toEqual({
      provider: 'gitlab',
      client_id: 'abc',
      scopes: ['openid', 'read_api'],
      vars: { host: 'gitlab.com' },
      redirect: 'deep_link',
    });
    form.redirect = 'loopback';
    form.port = '8123';
    form.scopes = 'a  b\nc';
    expect(form.draft).toMatchObject({ port: 8123, scopes: ['a', 'b', 'c'] });
  });

  it('drops a late answer to an older draft', async () => {
    const waiting: ((preview: DraftPreview) => void)[] = [];
    const ipc = { preview: () => new Promise<DraftPreview>((resolve) => waiting.push(resolve)) } as unknown as Ipc;
    const form = new DraftForm(ipc, 'github', page('github'));
    const looks = [form.look(), form.look()];
    waiting[1]?.(answer({ name: 'new' }));
    waiting[0]?.(answer({ name: 'old' }));
    await Promise.all(looks);
    expect(form.preview?.errors['name']).toBe('new');
  });

  it('marks nothing wrong in a field nobody touched, until they try', async () => {
    const ipc = { preview: () => Promise.resolve(answer({ client_id: 'needed', odd: 'strange' })) } as unknown as Ipc;
    const form = new DraftForm(ipc, 'github', page('github'));
    await form.look();
    expect(form.error('client_id', '')).toBeNull();
    form.tried = true;
    expect(form.error('client_id', '')).toBe('needed');
    expect(form.others).toEqual(['odd: strange']);
  });

  it('needs no client id where Tokenrack registers itself, and no secret without one', async () => {
    const preview = { ...answer({}), authentication: 'client_secret_basic' as const, registers: true };
    const form = new DraftForm({ preview: () => Promise.resolve(preview) } as unknown as Ipc, 'github', page('github'));
    await form.look();
    form.tried = true;
    expect(form.error('client_id', '')).toBeNull();
    expect(form.fits(nothing)).toBe(true);
    expect(form.fits({ secret: 'shh', token: '' })).toBe(false);
    form.way = 'refresh_token';
    expect(form.fits({ secret: '', token: 'rt' })).toBe(false);
  });

  describe('by another way than the browser', () => {
    const by = (id: string, way: Way): DraftForm => {
      const form = new DraftForm({} as Ipc, id, page(id));
      form.clientId = 'abc';
      form.way = way;
      return form;
    };

    it('is offered where the provider has it; a refresh token can always be brought', () => {
      expect(by('spotify', 'authorization_code').ways).toEqual(['authorization_code', 'refresh_token']);
      expect(by('github', 'authorization_code').ways).toEqual(['authorization_code', 'device_code', 'refresh_token']);
      const machine = { ...page('spotify'), grants: ['authorization_code' as const, 'client_credentials' as const] };
      expect(new DraftForm({} as Ipc, 'spotify', machine).ways).not.toContain('client_credentials');
    });

    it('names no redirect, whatever was typed before', () => {
      const form = by('gitlab', 'device_code');
      form.redirect = 'loopback';
      form.port = '80';
      form.redirectUri = 'x:/y';
      expect(form.draft).toMatchObject({ grant: 'device_code' });
      expect(Object.keys(form.draft)).not.toContain('redirect');
      expect(Object.keys(form.draft)).not.toContain('redirect_uri');
      expect(form.errors).toEqual({});
    });

    it('proves a client that speaks for itself', () => {
      const form = by('gitlab', 'client_credentials');
      expect(form.draft).toMatchObject({ grant: 'client_credentials', authentication: 'client_secret_basic' });
      form.authentication = 'private_key_jwt';
      expect(form.signs).toBe(true);
    });

    it('asks for a secret only where that way has one', () => {
      expect(by('github', 'authorization_code').need).toBe('required');
      const form = by('github', 'device_code');
      expect(form.need).toBe('optional');
      form.tried = true;
      expect(form.fits(nothing)).toBe(true);
    });

    it('needs the refresh token that is brought', () => {
      const form = by('spotify', 'refresh_token');
      expect(form.draft.grant).toBeUndefined();
      expect(form.tokenError('')).toBeNull();
      form.tried = true;
      expect(form.fits(nothing)).toBe(false);
      expect(form.fits({ secret: '', token: 'rt' })).toBe(true);
    });
  });

  describe('of a connection', () => {
    const before: Draft = {
      provider: 'gitlab',
      name: 'Work',
      client_id: 'abc',
      authentication: 'client_secret_post',
      scopes: ['read_api'],
      vars: { host: 'git.example.com' },
      environment: 'prod',
      redirect: 'loopback',
      redirect_uri: 'http://127.0.0.1/callback',
    };
    const editing = (errors: Record<string, string> = {}): DraftForm => {
      const ipc = { preview: () => Promise.resolve({ ...answer(errors), authentication: 'client_secret_post' }) };
      return new DraftForm(ipc as unknown as Ipc, 'gitlab', page('gitlab'), { id: '1', draft: before });
    };

    it('sends everything back as it was', () => expect(editing().draft).toEqual(before));

    it('leaves the redirect URI to the core when the way back changes, and gives it back when it changes back', () => {
      const form = editing();
      form.comeBackBy('deep_link');
      expect(form.draft).toMatchObject({ redirect: 'deep_link' });
      expect(form.draft).not.toHaveProperty('redirect_uri');
      form.comeBackBy('loopback');
      expect(form.draft).toEqual(before);
      form.listenOn('8123');
      expect(form.draft).toMatchObject({ port: 8123 });
      expect(form.draft).not.toHaveProperty('redirect_uri');
    });

    it('keeps its own name, empty or not, and is not told that it is taken', async () => {
      const form = editing({ name: 'taken' });
      form.tried = true;
      await form.look();
      expect(form.error('name', form.name)).toBeNull();
      expect(form.fits(nothing)).toBe(true);
      form.name = ' ';
      expect(form.draft.name).toBe('Work');
      form.name = 'Other';
      expect(form.error('name', form.name)).toBe('taken');
      expect(form.fits(nothing)).toBe(false);
    });

    it('needs no secret while one is kept, and says when one would not be sent', () => {
      const form = editing();
      form.tried = true;
      expect(form.secretError('')).toBeNull();
      expect(form.secretError('new')).toBeNull();
      form.authentication = 'none';
      expect(form.secretError('')).toBeNull();
      expect(form.secretError('new')).toMatch(/public client/);
    });

    it('refuses a port that is none', () => {
      const form = editing();
      for (const wrong of ['80', '65536', '81.5', 'abc']) {
        form.listenOn(wrong);
        expect(form.error('port', form.port)).toMatch(/between 1024/);
        expect(form.draft).not.toHaveProperty('port');
      }
      form.listenOn('');
      expect(form.error('port', form.port)).toBeNull();
    });
  });
});
