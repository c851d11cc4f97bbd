// Shops, payments and books.
import { createHmac } from 'node:crypto';
import { CLIENT, SECRET, without } from './wants.mjs';

/** Shopify signs the redirect: every other parameter, sorted. */
function signed(secret) {
  return ({ code, state }) => {
    const query = { code, host: 'YWNtZQ', shop: 'acme.myshopify.com', state, timestamp: '1800000000' };
    const text = Object.entries(query).map(([name, value]) => `${name}=${value}`).join('&');
    return { ...query, hmac: createHmac('sha256', secret).update(text).digest('hex') };
  };
}
const shopify = {
  scope: 'read_products,read_orders',
  authorize: { path: '/admin/oauth/authorize' },
  token: { path: '/admin/oauth/access_token', auth: 'post', set: { expiring: '1' } },
  back: signed(SECRET),
  refresh: {},
  answer: ({ standard }) => ({ ...standard, token_type: undefined }),
  requests: ({ access }) => [
    { path: '/admin/shop.json', headers: { authorization: undefined, 'x-shopify-access-token': access }, answer: [200, { shop: { id: 1, name: 'Acme' } }] },
    { method: 'DELETE', path: '/admin/api_permissions/current.json', headers: { authorization: undefined, 'x-shopify-access-token': access }, ends: true, answer: [200] },
  ],
};
const exact = {
  lifetime: '25',
  authorize: { path: '/api/oauth2/auth' },
  token: { path: '/api/oauth2/token', auth: 'post' },
  refresh: {},
  answer: ({ standard }) => without(standard, 'scope'),
  requests: () => [{ path: '/api/v1/current/Me', answer: [200, { d: { results: [{ UserID: '1', Email: 'ada@example.com' }] } }] }],
};

export const money = {
  shopify,
  // Somebody who does not know the secret made the redirect.
  'shopify-forged': { ...shopify, back: signed('another secret') },
  bigcommerce: {
    authorize: { path: '/oauth2/authorize' },
    token: { path: '/oauth2/token', auth: 'post', set: { context: 'stores/abc123', scope: 'store_v2_products' } },
    back: () => ({ context: 'stores/abc123', scope: 'store_v2_products' }),
    answer: ({ access }) => ({ access_token: access, scope: 'store_v2_products', user: { id: 1, username: 'ada', email: 'ada@example.com' }, context: 'stores/abc123', account_uuid: 'u1' }),
  },
  'stripe-connect': {
    scope: 'read_write',
    authorize: { path: '/oauth/authorize' },
    token: { path: '/oauth/token', auth: 'post' },
    refresh: {}, keeps: true,
    answer: ({ standard }) => ({ ...without(standard, 'expires_in'), token_type: 'bearer', stripe_user_id: 'acct_ada', stripe_publishable_key: 'pk_test_1', livemode: false }),
  },
  square: {
    scope: 'MERCHANT_PROFILE_READ', keeps: true,
    authorize: { path: '/oauth2/authorize', set: { session: 'false' } },
    token: { path: '/oauth2/token', auth: ['post', 'none'], body: 'json' },
    refresh: {},
    answer: ({ standard }) => ({ ...without(standard, 'expires_in', 'scope'), token_type: 'bearer', expires_at: new Date(Date.now() + 2592000_000).toISOString(), merchant_id: 'M1' }),
    requests: ({ access }) => [
      { path: '/v2/merchants/me', answer: [200, { merchant: { id: 'M1', business_name: 'Acme' } }] },
      { method: 'POST', path: '/oauth2/revoke', headers: { authorization: `Client ${SECRET}` }, json: { client_id: CLIENT, access_token: access }, ends: true, answer: [200, { success: true }] },
    ],
  },
  quickbooks: {
    scope: 'openid email com.intuit.quickbooks.accounting', openid: () => ({}),
    authorize: { path: '/connect/oauth2' },
    token: { path: '/oauth2/v1/tokens/bearer', auth: 'basic' },
    refresh: {},
    back: () => ({ realmId: '4620816365' }),
    answer: ({ standard }) => ({ ...standard, x_refresh_token_expires_in: 8640000 }),
    revoke: { path: '/v2/oauth2/tokens/revoke' },
    requests: () => [{ path: '/v1/openid_connect/userinfo', answer: [200, { sub: 'ada', email: 'ada@example.com' }] }],
  },
  xero: {
    scope: 'openid profile email offline_access', openid: () => ({}), lifetime: 1800,
    authorize: { path: '/identity/connect/authorize' },
    token: { path: '/connect/token', auth: ['none', 'basic'] },
    refresh: {},
    revoke: { path: '/connect/revocation' },
    requests: () => [
      { path: '/connect/userinfo', answer: [200, { sub: 'ada', email: 'ada@example.com' }] },
      { path: '/connections', answer: [200, [{ id: 'c1', tenantId: 't1', tenantName: 'Acme Ltd' }, { id: 'c2', tenantId: 't2', tenantName: 'Other' }]] },
    ],
  },
  'exact-online': exact,
  // Ten minutes are left, and Exact refuses until thirty seconds are.
  'exact-online-early': { ...exact, lifetime: '600', early: 'the access token is not due yet' },
  squarespace: {
    scope: 'website.orders.read,website.inventory.read',
    authorize: { path: '/api/1/login/oauth/provider/authorize', offline: { access_type: 'offline' } },
    token: { path: '/api/1/login/oauth/provider/tokens', auth: 'basic' },
    refresh: {},
    answer: ({ standard }) => ({
      ...without(standard, 'expires_in', 'scope'), access_token_expires_at: String(Date.now() / 1000 + 1800), refresh_token_expires_at: String(Date.now() / 1000 + 604800),
    }),
    requests: () => [{ path: '/1.0/authorization/website', headers: { 'user-agent': Boolean }, answer: [200, { id: 'site-1', title: 'Acme', siteId: 'acme' }] }],
  },
};
