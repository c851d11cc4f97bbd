// Where code lives, and tools for people who write and draw.
import { CLIENT, SECRET, encodedBasic, maybe, without } from './wants.mjs';


export const tools = {
  github: {
    scope: 'read:user user:email', granted: 'read:user,user:email',
    authorize: { path: '/login/oauth/authorize' },
    token: { path: '/login/oauth/access_token', auth: ['basic', 'post'] },
    formUnlessAsked: true,
    answer: ({ standard }) => ({ ...without(standard, 'expires_in', 'refresh_token', 'id_token'), token_type: 'bearer' }),
    refuse: (why, grant) => (grant ? [200, { error: 'bad_verification_code', error_description: why }] : [404, { message: why }]),
    requests: ({ access }) => [
      { path: '/user', headers: { accept: 'application/vnd.github+json', 'user-agent': Boolean }, answer: [200, { id: 1, login: 'ada' }] },
      {
        method: 'DELETE', path: `/applications/${CLIENT}/token`, headers: { authorization: encodedBasic() },
        json: { access_token: access }, ends: true, answer: [204],
      },
    ],
  },
  'github-device': {
    scope: 'read:user user:email', granted: 'read:user,user:email', lifetime: null,
    device: { path: '/login/device/code' },
    token: { path: '/login/oauth/access_token', auth: 'none' },
    requests: () => [{ path: '/user', headers: { accept: 'application/vnd.github+json', 'user-agent': Boolean }, answer: [200, { id: 1, login: 'ada' }] }],
  },
  gitlab: {
    scope: 'read_user', lifetime: 7200,
    authorize: { path: '/oauth/authorize' },
    token: { path: '/oauth/token', auth: 'none' },
    refresh: { set: { redirect_uri: 'dev.tokenrack.desktop:/oauth/callback/quirks' } },
    revoke: { path: '/oauth/revoke' },
    requests: () => [{ path: '/api/v4/user', answer: [200, { id: 1, username: 'ada' }] }],
  },
  bitbucket: {
    scope: 'account',
    authorize: { path: '/site/oauth2/authorize' },
    token: { path: '/site/oauth2/access_token', auth: 'basic' },
    refresh: {},
    answer: ({ standard }) => ({ ...without(standard, 'scope'), scopes: 'account email' }),
    requests: () => [{ path: '/2.0/user', answer: [200, { uuid: '{a}', display_name: 'Ada' }] }],
  },
  sourcehut: {
    scope: 'meta.sr.ht/PROFILE:RO',
    authorize: { path: '/oauth2/authorize', omit: ['redirect_uri'] },
    token: { path: '/oauth2/access-token', auth: ['basic', 'post', 'none'], set: { redirect_uri: maybe } },
    answer: ({ standard }) => without(standard, 'refresh_token'),
  },
  stackexchange: {
    scope: 'read_inbox,private_info',
    authorize: { path: '/oauth' },
    token: { path: '/oauth/access_token/json', auth: 'post' },
    answer: ({ access }) => ({ access_token: access, expires: 86400 }),
    requests: ({ access }) => [{
      path: '/2.3/me', headers: { authorization: undefined }, query: { site: 'stackoverflow', key: 'an-app-key', access_token: access },
      answer: [200, { items: [{ user_id: 1, display_name: 'Ada' }] }],
    }],
  },
  openrouter: {
    authorize: { path: '/auth', rename: { redirect_uri: 'callback_url' }, omit: ['client_id', 'response_type', 'scope'] },
    token: { path: '/api/v1/auth/keys', auth: 'nothing', body: 'json', omit: ['grant_type', 'redirect_uri'], set: { code_challenge_method: 'S256' } },
    answer: ({ access }) => ({ key: access, user_id: 'user_ada' }),
  },
  figma: {
    scope: 'current_user:read,file_content:read', granted: null, keeps: true,
    authorize: { path: '/oauth' },
    token: { path: '/v1/oauth/token', auth: ['basic', 'post'] },
    refresh: { path: '/v1/oauth/refresh', set: { grant_type: maybe } },
    requests: () => [{ path: '/v1/me', answer: [200, { id: '1', email: 'ada@example.com', handle: 'ada' }] }],
  },
  canva: {
    scope: 'profile:read', pkce: 's256', lifetime: 14400,
    authorize: { path: '/api/oauth/authorize' },
    token: { path: '/rest/v1/oauth/token', auth: 'basic' },
    refresh: {},
    revoke: { path: '/rest/v1/oauth/revoke' },
    requests: () => [{ path: '/rest/v1/users/me/profile', answer: [200, { profile: { display_name: 'Ada' } }] }],
  },
  dropbox: {
    scope: 'account_info.read', lifetime: 14400, keeps: true,
    authorize: { path: '/oauth2/authorize', offline: { token_access_type: 'offline' } },
    token: { path: '/oauth2/token', auth: 'none' },
    refresh: {},
    requests: () => [
      { method: 'POST', path: '/2/users/get_current_account', answer: [200, { account_id: 'dbid:1', email: 'ada@example.com' }] },
      { method: 'POST', path: '/2/auth/token/revoke', ends: true, answer: [200] },
    ],
  },
  supabase: {
    authorize: { path: '/v1/oauth/authorize' },
    token: { path: '/v1/oauth/token', auth: 'basic' },
    refresh: {},
    requests: ({ refresh }) => [{
      method: 'POST', path: '/v1/oauth/revoke', headers: { authorization: undefined },
      json: { client_id: CLIENT, client_secret: SECRET, refresh_token: refresh }, ends: true, answer: [204],
    }],
  },
};
