// Which connections have one account, by what the server says of it.

import type { ConnectionView } from './ipc/bindings';
import { collator } from './text';

/** The other connections with the same account at the same server, by name. */
export function withSameAccount(view: ConnectionView, all: ConnectionView[]): ConnectionView[] {
  return all
    .filter((other) => other.id !== view.id && isSame(view, other))
    .sort((a, b) => collator.compare(a.name, b.name));
}

/** Those among them that one disconnect may end together: providers that revoke by grant end all that the client has. */
export function endedAlong(view: ConnectionView, all: ConnectionView[]): ConnectionView[] {
  const client = view.registration.client_id;
  return withSameAccount(view, all).filter(({ registration }) => registration.client_id === client);
}

/** An id counts more than what the account is called, which may change. */
function isSame(a: ConnectionView, b: ConnectionView): boolean {
  if (a.server === null || a.server !== b.server || a.account === null || b.account === null) return false;
  return a.account_id === null || b.account_id === null ? a.account === b.account : a.account_id === b.account_id;
}
