// Music, film, games, sport and health.
import { CLIENT, maybe, without } from './wants.mjs';

export const leisure = {
  spotify: {
    scope: 'user-read-email', keeps: true,
    authorize: { path: '/authorize' },
    token: { path: '/api/token', auth: 'none' },
    refresh: {},
    requests: () => [{ path: '/v1/me', answer: [200, { id: 'ada', display_name: 'Ada', email: 'ada@example.com' }] }],
  },
  twitch: {
    scope: 'user:read:email channel:read:subscriptions', lifetime: 14400,
    authorize: { path: '/oauth2/authorize' },
    token: { path: '/oauth2/token', auth: 'post' },
    refresh: {},
    answer: ({ standard }) => ({ ...standard, token_type: 'bearer', scope: ['user:read:email', 'channel:read:subscriptions'] }),
    refuse: (why, grant) => [400, { status: 400, message: grant ? why : 'Invalid refresh token' }],
    revoke: { path: '/oauth2/revoke' },
    requests: () => [{ path: '/helix/users', headers: { 'client-id': CLIENT }, answer: [200, { data: [{ id: '1', login: 'ada' }] }] }],
  },
  strava: {
    scope: 'read,activity:read', lifetime: 21600,
    authorize: { path: '/oauth/authorize', set: { approval_prompt: 'auto' } },
    token: { path: '/api/v3/oauth/token', auth: 'post' },
    refresh: {},
    back: () => ({ scope: 'read' }),
    answer: ({ standard, stage }) => ({
      ...without(standard, 'scope', 'expires_in'), expires_at: Math.floor(Date.now() / 1000) + 21600, athlete: stage === 'code' ? { id: 1 } : undefined,
    }),
    refuse: (why, grant) => [400, { message: 'Bad Request', errors: [{ resource: grant ? 'Application' : 'RefreshToken', field: why, code: 'invalid' }] }],
    requests: ({ access }) => [
      { path: '/api/v3/athlete', answer: [200, { id: 1, username: 'ada', firstname: 'Ada' }] },
      { method: 'POST', path: '/oauth/deauthorize', headers: { authorization: maybe }, form: { access_token: access }, ends: true },
      { method: 'POST', path: '/oauth/deauthorize', headers: { authorization: maybe }, query: { access_token: access }, ends: true },
    ],
  },
  fitbit: {
    scope: 'profile', lifetime: 28800,
    authorize: { path: '/oauth2/authorize' },
    token: { path: '/oauth2/token', auth: 'none' },
    refresh: {},
    answer: ({ standard }) => ({ ...standard, user_id: 'ABC123' }),
    refuse: (why, grant) => [grant ? 401 : 400, { errors: [{ errorType: grant ? 'invalid_client' : 'invalid_grant', message: why }], success: false }],
    revoke: { path: '/oauth2/revoke' },
    requests: () => [{ path: '/1/user/-/profile.json', answer: [200, { user: { displayName: 'Ada' } }] }],
  },
  withings: {
    scope: 'user.info,user.metrics', lifetime: 10800,
    authorize: { path: '/oauth2_user/authorize2' },
    token: { path: '/v2/oauth2', auth: 'post', set: { action: 'requesttoken' } },
    refresh: {},
    answer: ({ standard }) => ({ status: 0, body: { userid: '1', csrf_token: 'c', ...standard, scope: 'user.info,user.metrics' } }),
    refuse: (why, grant) => [200, { status: grant ? 503 : 401, body: {} }],
  },
  'epic-games': {
    scope: 'basic_profile',
    authorize: { path: '/id/authorize' },
    token: { path: '/epic/oauth/v2/token', auth: 'verbatim' },
    refresh: {},
    answer: ({ standard }) => ({
      ...without(standard, 'expires_in'), expires_at: new Date(Date.now() + 7200_000).toISOString(), refresh_expires_at: new Date(Date.now() + 28800_000).toISOString(),
    }),
    revoke: { path: '/epic/oauth/v2/revoke' },
    requests: () => [{ path: '/epic/oauth/v2/userInfo', answer: [200, { sub: '1', preferred_username: 'ada' }] }],
  },
  'trakt-device': {
    token: { path: '/oauth/token', auth: 'post' },
    refresh: { set: { redirect_uri: maybe } },
    device: {
      path: '/oauth/device/code',
      token: () => ({ path: '/oauth/device/token', rename: { device_code: 'code' }, set: { grant_type: maybe } }),
      // The status alone says that the person is not done.
      pending: [400],
    },
    revoke: { path: '/oauth/revoke' },
    requests: () => [{ path: '/users/me', headers: { 'trakt-api-version': '2', 'trakt-api-key': CLIENT }, answer: [200, { username: 'ada' }] }],
  },
};
