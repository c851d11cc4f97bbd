// Identity providers, messages and social networks.
import { CLIENT, REDIRECT_URI, SECRET, maybe, without } from './wants.mjs';

const google = {
  scope: 'openid email profile', granted: 'openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile',
  keeps: true, openid: () => ({ email: 'ada@example.com' }),
  authorize: { path: '/o/oauth2/v2/auth', offline: { access_type: 'offline', prompt: 'consent' } },
  token: { path: '/token', auth: ['basic', 'post'] },
  refresh: {},
  revoke: { path: '/revoke' },
  requests: () => [{ path: '/v1/userinfo', answer: [200, { sub: 'ada', email: 'ada@example.com' }] }],
};
const slack = {
  scope: 'users:read,chat:write', lifetime: 43200,
  authorize: { path: '/oauth/v2/authorize', rename: { scope: 'user_scope' } },
  token: { path: '/api/oauth.v2.access', auth: 'none' },
  refresh: {},
  // The person's token is nested when a code is exchanged, and not when it is refreshed.
  answer: ({ standard, stage }) => {
    const tokens = { ...standard, token_type: 'user' };
    return stage === 'code' ? { ok: true, app_id: 'A1', team: { id: 'T1', name: 'Acme' }, authed_user: { id: 'U1', ...tokens } } : { ok: true, ...tokens };
  },
  refuse: (why, grant) => [200, { ok: false, error: grant ? 'invalid_arguments' : why.startsWith('unknown') ? 'invalid_refresh_token' : 'token_revoked' }],
  requests: () => [
    { method: 'POST', path: '/api/auth.test', answer: [200, { ok: true, user: 'ada', user_id: 'U1', team: 'Acme' }] },
    { method: 'POST', path: '/api/auth.revoke', ends: true, answer: [200, { ok: true, revoked: true }] },
  ],
};
// The bot's token stands at the top, and a person's is given only to whoever asks for it.
const slackBot = {
  ...slack, scope: 'users:read,chat:write', pkce: null,
  authorize: { path: '/oauth/v2/authorize' },
  token: { path: '/api/oauth.v2.access', auth: 'basic' },
  answer: ({ standard }) => ({ ok: true, app_id: 'A1', team: { id: 'T1', name: 'Acme' }, bot_user_id: 'B1', authed_user: { id: 'U1' }, ...standard, token_type: 'bot' }),
  requests: grant => slack.requests(grant).map(want => (want.ends ? want : { ...want, answer: [200, { ok: true, user: 'acme-bot', user_id: 'B1', bot_id: 'B2' }] })),
};
const tenant = '9122040d-6c67-4c5b-b112-36a304b66dad';
const longLived = (prefix, exchangeParams) => ({
  token: { path: '/oauth/access_token', auth: 'post' },
  answer: ({ access }) => ({ access_token: access, user_id: 1 }),
  requests: ({ access }) => [
    { path: '/access_token', headers: { authorization: maybe }, query: { grant_type: `${prefix}_exchange_token`, access_token: access, ...exchangeParams }, renews: true, answer: renewed },
    { path: '/refresh_access_token', headers: { authorization: maybe }, query: { grant_type: `${prefix}_refresh_token`, access_token: access }, renews: true, answer: renewed },
    { path: '/me', query: { fields: 'id,username' }, answer: [200, { id: '1', username: 'ada' }] },
    { path: '/v1.0/me', query: { fields: 'id,username' }, answer: [200, { id: '1', username: 'ada' }] },
  ],
});
const renewed = ({ access }) => [200, { access_token: access, token_type: 'bearer', expires_in: 5184000 }];

export const people = {
  google,
  // The person unticks a scope.
  'google-partly': { ...google, granted: 'openid https://www.googleapis.com/auth/userinfo.email' },
  'google-device': {
    ...google, scope: 'email profile', openid: undefined, granted: 'https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile',
    device: { path: '/device/code', page: 'verification_url' },
  },
  'amazon-device': {
    scope: 'profile',
    token: { path: '/auth/o2/token', auth: 'post' },
    refresh: {},
    device: {
      path: '/auth/o2/create/codepair', ask: { set: { response_type: 'device_code' } },
      token: ({ user_code }) => ({ set: { grant_type: 'device_code', user_code } }),
    },
    requests: () => [{ path: '/user/profile', answer: [200, { user_id: '1', email: 'ada@example.com' }] }],
  },
  microsoft: {
    scope: 'openid profile offline_access User.Read', granted: 'openid profile User.Read',
    openid: base => ({ iss: `${base}/${tenant}/v2.0`, tid: tenant, name: 'Ada' }),
    authorize: { path: '/common/oauth2/v2.0/authorize' },
    token: { path: '/common/oauth2/v2.0/token', auth: 'none' },
    refresh: {},
    requests: () => [{ path: '/v1.0/me', answer: [200, { id: '1', userPrincipalName: 'ada@contoso.example' }] }],
  },
  keycloak: {
    scope: 'openid profile email', lifetime: 300,
    openid: base => ({ iss: `${base}/realms/acme`, preferred_username: 'ada' }),
    authorize: { path: '/realms/acme/protocol/openid-connect/auth' },
    token: { path: '/realms/acme/protocol/openid-connect/token', auth: ['none', 'basic'] },
    refresh: {},
    answer: ({ standard }) => ({ ...standard, refresh_expires_in: 1800, 'not-before-policy': 0 }),
    revoke: { path: '/realms/acme/protocol/openid-connect/revoke' },
    requests: () => [{ path: '/realms/acme/protocol/openid-connect/userinfo', answer: [200, { sub: 'ada', preferred_username: 'ada' }] }],
  },
  kakao: {
    scope: 'profile_nickname,account_email', granted: 'profile_nickname account_email', keeps: true, lifetime: 21599,
    authorize: { path: '/oauth/authorize' },
    token: { path: '/oauth/token', auth: 'post' },
    refresh: {},
    answer: ({ standard, stage }) => ({ ...standard, refresh_token_expires_in: stage === 'code' ? 5184000 : undefined }),
    requests: () => [{ path: '/v2/user/me', answer: [200, { id: 1, kakao_account: { profile: { nickname: 'Ada' } } }] }],
  },
  'vk-id': {
    scope: 'email',
    authorize: { path: '/authorize' },
    token: { path: '/oauth2/auth', auth: 'none', with: ({ query }) => ({ set: { device_id: 'device-1', state: query.state } }) },
    refresh: { with: () => ({ set: { device_id: 'device-1', state: maybe } }) },
    back: () => ({ device_id: 'device-1' }),
    answer: ({ standard }) => ({ ...standard, user_id: 1 }),
    requests: ({ access }) => [{
      method: 'POST', path: '/oauth2/user_info', headers: { authorization: undefined }, form: { client_id: CLIENT, access_token: access },
      answer: [200, { user: { user_id: '1', first_name: 'Ada' } }],
    }],
  },
  mastodon: {
    scope: 'read', lifetime: null,
    register: {
      path: '/api/v1/apps', form: { client_name: 'Tokenrack', redirect_uris: REDIRECT_URI, scopes: 'read' },
      answer: { id: '7', name: 'Tokenrack', client_id: CLIENT, client_secret: SECRET, redirect_uri: REDIRECT_URI, vapid_key: 'v' },
    },
    authorize: { path: '/oauth/authorize' },
    token: { path: '/oauth/token', auth: 'basic' },
    answer: ({ standard }) => ({ ...without(standard, 'expires_in', 'refresh_token'), created_at: Math.floor(Date.now() / 1000) }),
    revoke: { path: '/oauth/revoke' },
    requests: () => [{ path: '/api/v1/accounts/verify_credentials', answer: [200, { id: '1', username: 'ada', acct: 'ada' }] }],
  },
  slack,
  'slack-bot': slackBot,
  tiktok: {
    scope: 'user.info.basic,video.list', pkce: 'hex', lifetime: 86400,
    authorize: { path: '/v2/auth/authorize/', rename: { client_id: 'client_key' } },
    token: { path: '/v2/oauth/token/', auth: 'post', rename: { client_id: 'client_key' } },
    refresh: {},
    answer: ({ standard }) => ({ ...standard, refresh_expires_in: 31536000, open_id: 'open-ada' }),
    refuse: why => [200, { error: 'invalid_request', error_description: why, log_id: '1' }],
    requests: ({ access }) => [
      {
        path: '/v2/user/info/', query: { fields: 'open_id,display_name' },
        answer: [200, { data: { user: { open_id: 'open-ada', display_name: 'Ada' } }, error: { code: 'ok', message: '', log_id: '1' } }],
      },
      {
        method: 'POST', path: '/v2/oauth/revoke/', headers: { authorization: undefined }, ends: true,
        form: { client_key: CLIENT, client_secret: SECRET, token: access },
      },
    ],
  },
  reddit: {
    scope: 'identity', lifetime: 86400, keeps: true,
    authorize: { path: '/api/v1/authorize', offline: { duration: 'permanent' } },
    token: { path: '/api/v1/access_token', auth: 'empty' },
    refresh: {},
    revoke: { path: '/api/v1/revoke_token' },
    requests: () => [{ path: '/api/v1/me', headers: { 'user-agent': Boolean }, answer: [200, { id: '1', name: 'ada' }] }],
  },
  facebook: {
    scope: 'public_profile,email',
    authorize: { path: '/v22.0/dialog/oauth' },
    token: { path: '/v22.0/oauth/access_token', auth: 'post' },
    answer: ({ access }) => ({ access_token: access, token_type: 'bearer', expires_in: 5400 }),
    refuse: why => [400, { error: { message: why, type: 'OAuthException', code: 190 } }],
    requests: ({ access }) => [
      {
        path: '/v22.0/oauth/access_token', headers: { authorization: maybe }, renews: true, answer: renewed,
        query: { grant_type: 'fb_exchange_token', client_id: CLIENT, client_secret: SECRET, fb_exchange_token: access },
      },
      { path: '/me', query: { fields: 'id,name,email' }, answer: [200, { id: '17', name: 'Ada', email: 'ada@example.com' }] },
      { method: 'DELETE', path: '/17/permissions', ends: true, answer: [200, { success: true }] },
      { method: 'DELETE', path: '/17/permissions', headers: { authorization: undefined }, query: { access_token: access }, ends: true, answer: [200, { success: true }] },
    ],
  },
  instagram: {
    scope: 'instagram_business_basic,instagram_business_manage_messages', authorize: { path: '/oauth/authorize' }, tail: '#_',
    ...longLived('ig', { client_secret: SECRET }),
  },
  threads: { scope: 'threads_basic,threads_content_publish', authorize: { path: '/oauth/authorize' }, ...longLived('th', { client_secret: SECRET }) },
};
