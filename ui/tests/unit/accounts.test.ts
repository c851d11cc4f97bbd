import { expect, it } from 'vitest';

import { endedAlong, withSameAccount } from '$lib/accounts';
import type { ConnectionView } from '$lib/ipc/bindings';
import { connection } from '$lib/ipc/fake-data';

function signedIn(name: string, more: Partial<ConnectionView> & { client?: string } = {}): ConnectionView {
  const view = connection('connected', 0);
  const { client = 'me', ...rest } = more;
  return {
    ...view,
    id: name,
    name,
    server: 'https://as.example',
    account: 'ada',
    account_id: '1',
    registration: { ...view.registration, client_id: client },
    ...rest,
  };
}
const names = (views: ConnectionView[]): string[] => views.map(({ name }) => name);

it('one account is known by server and id, and without an id by what it is called', () => {
  const view = signedIn('a');
  const all = [
    view,
    signedIn('renamed', { account: 'ada lovelace' }),
    signedIn('other client', { client: 'other' }),
    signedIn('another account', { account_id: '2' }),
    signedIn('elsewhere', { server: 'https://other.example' }),
    signedIn('no id', { account_id: null }),
    signedIn('no id, another name', { account_id: null, account: 'bob' }),
    signedIn('nobody', { account: null, account_id: null }),
  ];
  expect(names(withSameAccount(view, all))).toEqual(['no id', 'other client', 'renamed']);
  expect(names(endedAlong(view, all))).toEqual(['no id', 'renamed']);
  const unknown = signedIn('b', { server: null });
  expect(withSameAccount(unknown, [unknown, signedIn('c', { server: null })])).toEqual([]);
});
