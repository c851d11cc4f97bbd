// Finding a provider among all of them, and the ways to its tokens.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { it, stage } from './harness.mjs';

let stage_;
before(async () => (stage_ = await stage()));
after(() => stage_.close());

async function on(scene, body) {
  const { page, close } = await stage_.open(scene);
  await body(page);
  await close();
}

async function gallery(page, query) {
  await page.keyboard.press('Control+n');
  await page.locator('.card').first().waitFor();
  await page.locator('#provider-search').fill(query);
}
const open = async (page, name) => {
  await gallery(page, name);
  await page
    .getByRole('button', { name: new RegExp(`^${name} `) })
    .first()
    .click();
  await page.waitForSelector('#client-id');
};
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());

describe('the gallery', () => {
  it('stands under headings with their numbers, and by category alone', () =>
    on('few', async (page) => {
      await gallery(page, '');
      const design = page.locator('section', { has: page.getByRole('heading', { name: /^Design/ }) });
      const cards = await design.locator('.card').count();
      assert.ok(cards > 1);
      assert.equal(await design.locator('h2 small').textContent(), String(cards));
      await page.getByLabel('Category').selectOption({ label: `Design (${cards})` });
      await page.waitForFunction((n) => document.querySelectorAll('.card').length === n, cards);
      assert.equal(await page.locator('main h2').count(), 0);
    }));

  it('is walked by arrows from the search and back, with one tab stop, and typing goes on', () =>
    on('few', async (page) => {
      await gallery(page, '');
      assert.equal(await page.locator('.card[tabindex="0"]').count(), 1);
      const first = (await page.locator('.card strong').first().textContent()).trim();
      const second = (await page.locator('.card strong').nth(1).textContent()).trim();
      await page.keyboard.press('ArrowDown');
      assert.equal(await focused(page), first);
      await page.keyboard.press('ArrowRight');
      assert.equal(await focused(page), second);
      await page.keyboard.press('ArrowUp');
      assert.equal(await focused(page), 'provider-search');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.type('spotify');
      assert.equal(await page.inputValue('#provider-search'), 'spotify');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Spotify', exact: true }).waitFor();
    }));

  it('finds by what a provider is also called', () =>
    on('few', async (page) => {
      await gallery(page, 'entra');
      await page.getByRole('button', { name: /^Microsoft/ }).waitFor();
    }));

  it('says what to do when nothing matches, or only another category does', () =>
    on('few', async (page) => {
      await gallery(page, 'zzz');
      await page.getByText('It can be connected all the same').waitFor();
      assert.match(await page.textContent('.none'), /Paste the URL.*a file of your own/s);
      await page.getByLabel('Category').selectOption('');
      await page.locator('#provider-search').fill('');
      await page.getByLabel('Category').selectOption('design');
      await page.locator('#provider-search').fill('spotify');
      await page.getByText('Nothing in “Design” matches “spotify”.').waitFor();
      await page.getByRole('button', { name: 'Show 1 match in other categories' }).click();
      await page.getByRole('button', { name: /^Spotify/ }).waitFor();
    }));
});

describe('a provider’s page', () => {
  it('says where the entry comes from and how far it was tried', () =>
    on('few', async (page) => {
      await open(page, 'GitHub');
      assert.match(await page.textContent('.facts'), /came with Tokenrack.*Not verified here/s);
      await page.getByText('5 sources').click();
      await page.getByText('hickford/git-credential-oauth').waitFor();
      await page.keyboard.press('Escape');
      await open(page, 'GitLab');
      assert.match(await page.textContent('.facts'), /your own file, gitlab\.toml/);
    }));

  it('shows only what the way to tokens needs', () =>
    on('few', async (page) => {
      await open(page, 'GitLab');
      await page.getByText('Redirect URI to register').waitFor();
      await page.getByRole('radio', { name: /^With a code/ }).check();
      await page.getByText('Redirect URI to register').waitFor({ state: 'detached' });
      assert.equal(await page.getByText('Way back', { exact: false }).count(), 0);
      await page.getByRole('radio', { name: /^With a refresh token/ }).check();
      await page.locator('#client-id').fill('abc');
      await page.getByRole('button', { name: 'Add and use the token' }).click();
      await page.waitForSelector('#refresh-token[aria-invalid]:focus');
      await page.locator('#refresh-token').fill('canary-refresh-token');
      await page.getByRole('button', { name: 'Add and use the token' }).click();
      await page.waitForSelector('#panel-title');
      await page.locator('aside').getByText('Connected', { exact: true }).first().waitFor();
      const values = await page.locator('input').evaluateAll((inputs) => inputs.map((input) => input.value).join());
      assert.ok(!(await page.content()).includes('canary') && !values.includes('canary'));
    }));

  it('begins at the client id where the server said the rest, under a sign that is no number', () =>
    on('few', async (page) => {
      await gallery(page, 'http://127.0.0.1:39723');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#client-id:focus');
      assert.equal((await page.locator('.provider-icon').allTextContents()).join(''), '');
    }));

  it('needs no client id where Tokenrack registers itself', () =>
    on('few', async (page) => {
      await open(page, 'Mastodon');
      await page.getByText('Left empty, Tokenrack registers itself.').waitFor();
      await page.getByRole('button', { name: 'Add and connect' }).click();
      await page.waitForSelector('#panel-title');
    }));

  it('takes a key in lines where the client signs, and hides its letters', () =>
    on('few', async (page) => {
      await open(page, 'GitLab');
      await page.getByRole('radio', { name: /^As the client itself/ }).check();
      await page.locator('details summary', { hasText: 'Client authentication' }).click();
      await page.getByLabel('Client authentication').selectOption('private_key_jwt');
      const key = page.getByLabel('Private key');
      await key.fill('-----BEGIN PRIVATE KEY-----\nabc');
      assert.equal(await key.evaluate((field) => getComputedStyle(field).webkitTextSecurity), 'disc');
      assert.equal(await key.inputValue(), '-----BEGIN PRIVATE KEY-----\nabc');
    }));
});

describe('a code', () => {
  it('stands large with its page, is copied, and can be cancelled', () =>
    on('device', async (page) => {
      await page.locator('[data-row]').first().click();
      await page.getByRole('heading', { name: 'Enter this code at github.example' }).waitFor();
      await page.getByRole('button', { name: 'Copy code' }).click();
      await page.getByRole('button', { name: 'Code copied' }).waitFor();
      assert.equal(await page.evaluate(() => __fake.copied), 'WDJB-MJHT');
      await page.getByRole('button', { name: 'Copy Page for the code' }).click();
      assert.equal(await page.evaluate(() => __fake.copied), 'https://github.example/device');
      await page
        .locator('.waiting')
        .getByRole('button', { name: /Cancel/ })
        .click();
      await page.locator('.waiting').waitFor({ state: 'detached' });
    }));
});

describe('what a token reaches', () => {
  it('is chosen in the panel, and stays as it was when that fails', async () => {
    for (const [scene, after] of [
      ['few', '82'],
      ['errors', '81'],
    ]) {
      await on(scene, async (page) => {
        const row = page.locator('[data-row]', { hasText: 'Discord' });
        await row.first().click();
        const server = page.getByLabel('Server', { exact: true });
        assert.equal(await server.inputValue(), '81');
        await server.selectOption({ label: 'Rackworks Sandbox' });
        await page.waitForTimeout(200);
        assert.equal(await server.inputValue(), after);
        assert.equal(
          await page.evaluate(() => __fake.views().find((v) => v.provider === 'discord').choices[0].chosen),
          after,
        );
      });
    }
  });
});

describe('a second connection', () => {
  it('can have the client of the first, whose secret the page never sees', () =>
    on('few', async (page) => {
      await page.evaluate(() => {
        const { id } = __fake.views().find(({ name }) => name === 'GitLab staging');
        const registration = { authentication: 'client_secret_post', redirect: 'loopback' };
        registration.redirect_uri = 'http://127.0.0.1:4000/callback';
        __fake.change(id, (v) => ({ ...v, registration: { ...v.registration, ...registration } }));
      });
      await open(page, 'GitLab');
      const use = page.getByRole('button', { name: 'Use the client of “GitLab staging”' });
      await use.click();
      await use.waitFor({ state: 'detached' });
      const secret = page.getByLabel('Client secret');
      assert.equal(await secret.getAttribute('placeholder'), 'that of “GitLab staging”; type to replace');
      await page.getByLabel('Name').fill('Second');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.waitForSelector('aside');
      const [added, first] = await page.evaluate(() => [
        __fake.added[0],
        __fake.views().find(({ name }) => name === 'GitLab staging'),
      ]);
      assert.deepEqual(
        [added.client_of, added.client_id, added.authentication, added.redirect_uri],
        [first.id, first.registration.client_id, 'client_secret_post', 'http://127.0.0.1:4000/callback'],
      );
    }));

  it('with another client id has a secret of its own', () =>
    on('few', async (page) => {
      await open(page, 'GitLab');
      await page.getByRole('button', { name: 'Use the client of “GitLab staging”' }).click();
      await page.locator('#client-id').fill('another');
      await page.getByRole('button', { name: 'Use the client of “GitLab staging”' }).waitFor();
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.waitForFunction(() => __fake.added.length === 1 || document.querySelector('.error'));
      assert.ok(!(await page.evaluate(() => __fake.added[0]?.client_of)), 'its secret is not taken');
    }));
});

it('offers the scopes that a discovered server lists', () =>
  on('few', async (page) => {
    await page.keyboard.press('Control+n');
    await page.fill('#provider-search', 'https://login.example.com');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#client-id');
    await page.getByText('more scopes of this provider').click();
    const ask = page.getByRole('button', { name: 'Ask for api:read' });
    await ask.click();
    await ask.waitFor({ state: 'detached' });
    assert.match(await page.getByLabel('Scopes').inputValue(), /\napi:read$/);
  }));
