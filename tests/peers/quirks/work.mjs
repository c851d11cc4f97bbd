// Documents, projects, customers and files at work.
import { CLIENT, SECRET, about, without } from './wants.mjs';

const atlassian = { authorize: { path: '/authorize' }, token: { path: '/oauth/token' } };
const zoho = {
  scope: 'AaaServer.profile.READ,ZohoCRM.modules.READ', granted: 'AaaServer.profile.READ ZohoCRM.modules.READ', keeps: true,
  authorize: { path: '/oauth/v2/auth', offline: { access_type: 'offline', prompt: 'consent' } },
  token: { path: '/oauth/v2/token', auth: 'post' },
  refresh: {},
  // The account lives in another data centre than the one that was asked: here, the same server's other name.
  back: ({ origin }) => ({ location: 'eu', 'accounts-server': origin.replace('http://127.0.0.1', 'https://localhost') }),
  place: request => (request.headers.host.startsWith('localhost') ? undefined : 'another data centre'),
  answer: ({ standard }) => ({ ...standard, api_domain: 'https://www.zohoapis.eu' }),
  refuse: why => [200, { error: 'invalid_code', error_description: why }],
  revoke: { path: '/oauth/v2/token/revoke' },
  requests: () => [{ path: '/oauth/user/info', answer: [200, { ZUID: 1, Email: 'ada@example.com' }] }],
};
const pcloud = {
  authorize: { path: '/oauth2/authorize' },
  token: { path: '/oauth2_token', auth: 'post' },
  back: ({ origin }) => ({ locationid: '2', hostname: new URL(origin).host.replace('127.0.0.1', 'localhost') }),
  place: zoho.place,
  answer: ({ access }) => ({ result: 0, access_token: access, token_type: 'bearer', uid: 1 }),
  refuse: () => [200, { result: 2012 }],
  requests: () => [{ path: '/userinfo', answer: [200, { result: 0, userid: 1, email: 'ada@example.com' }] }],
};

export const work = {
  airtable: {
    scope: 'user.email:read',
    authorize: { path: '/oauth2/v1/authorize' },
    token: { path: '/oauth2/v1/token', auth: ['none', 'basic'] },
    refresh: {},
    answer: ({ standard }) => ({ ...standard, refresh_expires_in: 5184000 }),
    requests: () => [{ path: '/v0/meta/whoami', answer: [200, { id: 'usr1', email: 'ada@example.com' }] }],
  },
  notion: {
    pkce: null,
    authorize: { path: '/v1/oauth/authorize', omit: ['scope'], set: { owner: 'user' } },
    token: { path: '/v1/oauth/token', auth: 'basic', body: 'json' },
    refresh: {},
    answer: ({ access, refresh }) => ({ access_token: access, refresh_token: refresh, token_type: 'bearer', bot_id: 'b1', workspace_id: 'w1', workspace_name: 'Acme' }),
    revoke: { path: '/v1/oauth/revoke' },
    requests: () => [{
      path: '/v1/users/me', headers: { 'notion-version': '2022-06-28' },
      answer: [200, { object: 'user', id: 'b1', bot: { owner: { user: { person: { email: 'ada@example.com' } } }, workspace_name: 'Acme' } }],
    }],
  },
  linear: {
    scope: 'read,write', granted: ['read', 'write'], lifetime: 86400,
    authorize: { path: '/oauth/authorize', set: { prompt: 'consent' } },
    token: { path: '/oauth/token', auth: 'post' },
    refresh: {},
    revoke: { path: '/oauth/revoke' },
    requests: () => [{ method: 'POST', path: '/graphql', json: { query: about('viewer') }, answer: [200, { data: { viewer: { id: '1', name: 'Ada', email: 'ada@example.com' } } }] }],
  },
  monday: {
    scope: 'me:read',
    authorize: { path: '/oauth2/authorize', omit: ['response_type'] },
    token: { path: '/oauth2/token', auth: 'post' },
    answer: ({ standard }) => without(standard, 'expires_in', 'refresh_token'),
    requests: () => [{ method: 'POST', path: '/v2', json: { query: about('me') }, answer: [200, { data: { me: { id: '1', name: 'Ada', email: 'ada@example.com' } } }] }],
  },
  basecamp: {
    authorize: { path: '/authorization/new', omit: ['response_type'], set: { type: 'web_server' } },
    token: { path: '/authorization/token', auth: 'post', omit: ['grant_type'], set: { type: 'web_server' } },
    refresh: { set: { type: 'refresh' } }, keeps: true, lifetime: 1209600,
    requests: () => [{
      path: '/authorization.json', headers: { 'user-agent': Boolean },
      answer: [200, { identity: { id: 1, email_address: 'ada@example.com' }, accounts: [{ id: 7, name: 'Acme', href: 'https://3.basecampapi.com/7' }] }],
    }],
  },
  jira: {
    scope: 'read:me read:jira-user offline_access', ...atlassian,
    authorize: { path: '/authorize', set: { audience: 'api.atlassian.com', prompt: 'consent' } },
    refresh: {},
    requests: () => [
      { path: '/me', answer: [200, { account_id: '1', email: 'ada@example.com' }] },
      { path: '/oauth/token/accessible-resources', answer: [200, [{ id: '00000000-0000-4000-8000-000000000001', name: 'acme', url: 'https://acme.atlassian.net' }, { id: '00000000-0000-4000-8000-000000000002', name: 'other' }]] },
    ],
  },
  trello: {
    scope: 'read:member:trello read:board:trello offline_access', ...atlassian,
    authorize: { path: '/authorize', set: { prompt: 'consent' } },
    token: { path: '/oauth/token', auth: 'none', body: 'json' },
    refresh: {},
    requests: () => [{ path: '/1/members/me', answer: [200, { id: '1', username: 'ada' }] }],
  },
  todoist: {
    scope: 'data:read,task:add', lifetime: 315360000,
    authorize: { path: '/oauth/authorize' },
    token: { path: '/oauth/access_token', auth: 'post' },
    answer: ({ standard }) => without(standard, 'scope', 'refresh_token'),
    requests: ({ access }) => [
      { method: 'POST', path: '/api/v1/sync', form: { sync_token: '*', resource_types: '["user"]' }, answer: [200, { user: { id: '1', email: 'ada@example.com' } }] },
      {
        method: 'DELETE', path: '/api/v1/access_tokens', headers: { authorization: undefined }, ends: true, answer: [204],
        query: { client_id: CLIENT, client_secret: SECRET, access_token: access },
      },
    ],
  },
  pcloud,
  zoho,
  // A server between: it names a place of its own in the redirect, and waits for the code there.
  'zoho-mixed-up': { ...zoho, back: ({ origin }) => ({ location: 'eu', 'accounts-server': origin.replace('http://127.0.0.1', 'https://127.0.0.2') }), place: undefined },
  'pcloud-mixed-up': { ...pcloud, back: ({ origin }) => ({ locationid: '2', hostname: new URL(origin).host.replace('127.0.0.1', '127.0.0.2') }), place: undefined },
  salesforce: {
    scope: 'id offline_access',
    authorize: { path: '/services/oauth2/authorize' },
    token: { path: '/services/oauth2/token', auth: ['none', 'basic', 'post'] },
    refresh: {},
    answer: ({ standard }) => ({ ...without(standard, 'expires_in'), instance_url: 'https://acme.my.salesforce.com', id: 'https://login.salesforce.com/id/1/2', issued_at: String(Date.now()), signature: 's' }),
    revoke: { path: '/services/oauth2/revoke' },
    requests: () => [{ path: '/services/oauth2/userinfo', answer: [200, { sub: '1', email: 'ada@example.com' }] }],
  },
  hubspot: {
    // What is asked for must be what the app is registered for: one scope more or less is refused.
    scope: 'oauth', lifetime: 1800, keeps: true,
    authorize: { path: '/oauth/authorize' },
    token: { path: '/oauth/v3/token', auth: 'post' },
    refresh: {},
    requests: ({ access, refresh }) => [
      { path: `/oauth/v1/access-tokens/${access}`, headers: { authorization: undefined }, answer: [200, { user: 'ada@example.com', hub_domain: 'acme', user_id: 1 }] },
      { method: 'DELETE', path: `/oauth/v1/refresh-tokens/${refresh}`, headers: { authorization: undefined }, ends: true, answer: [204] },
    ],
  },
};
