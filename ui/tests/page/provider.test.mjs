// The editor of a person's own provider files.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { it, stage } from './harness.mjs';
import { fromUrl, own } from './scenes.mjs';

let stage_;
before(async () => (stage_ = await stage()));
after(() => stage_.close());

async function on(scene, body) {
  const { page, close } = await stage_.open(scene);
  await body(page);
  await close();
}

const area = (page) => page.getByLabel('Provider file (TOML)');
const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page, name) => page.getByRole('heading', { name, exact: true });

const replace = async (page, old, by) => area(page).fill((await area(page).inputValue()).replace(old, by));
const selected = (page) => area(page).evaluate((field) => field.value.slice(field.selectionStart, field.selectionEnd));

describe('beginning', () => {
  it('is offered in the gallery, and where a search finds nothing', () =>
    on('few', async (page) => {
      await page.keyboard.press('Control+n');
      await page.locator('#provider-search').fill('zzz');
      await page.locator('.none').getByRole('button', { name: 'Add your own provider' }).click();
      await heading(page, 'Your own provider').waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
      await page.keyboard.press('Escape');
      await page.waitForSelector('#provider-search:focus');
    }));

  it('from a URL is filled in by discovery, and says why when it is not', () =>
    on('few', async (page) => {
      await own(page);
      await button(page, 'Read its metadata').click();
      await page.getByText('Write the URL first').waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.type), 'text');
      await page.getByLabel('URL of the server').fill('html.example');
      await button(page, 'Read its metadata').click();
      assert.match(await page.getByRole('alert').textContent(), /No OAuth metadata was found/);
      await page.getByLabel('URL of the server').fill('login.acme.example');
      await button(page, 'Read its metadata').click();
      await page.getByText('Will be saved as login-acme-example.toml').waitFor();
      assert.match(await area(page).inputValue(), /token_endpoint = "https:/);
    }));

  it('from nothing says at once what is needed, and has nothing to lose', () =>
    on('few', async (page) => {
      await own(page);
      await button(page, 'Start empty').click();
      await page.getByText('2 mistakes').waitFor();
      await page.keyboard.press('Escape');
      await heading(page, 'From nothing').waitFor();
    }));

  it('from a document that is pasted or chosen, and names what is left out', () =>
    on('few', async (page) => {
      await own(page);
      const document = page.getByLabel('Document', { exact: true });
      await document.fill('colour: red');
      await button(page, 'Import').click();
      assert.match(await page.getByRole('alert').textContent(), /no authorization or token endpoint/);
      await page.getByLabel('Or a file').setInputFiles({
        name: 'tracker.yaml',
        mimeType: 'text/yaml',
        buffer: Buffer.from('authorizeUri: https://acme.example/a\nclientSecret: canary-secret\n'),
      });
      await page.waitForFunction(() =>
        [...document.querySelectorAll('textarea')].some((t) => t.value.includes('acme')),
      );
      await page.getByLabel('Id').fill('acme');
      await button(page, 'Import').click();
      await page.getByText('Left out of the document: 1').click();
      await page.getByText('clientSecret: a secret, which a provider file never holds').waitFor();
      assert.match(await area(page).inputValue(), /Imported from tracker\.yaml[^]*id = "acme"/);
      assert.ok(!(await page.content()).includes('canary'));
    }));
});

describe('writing', () => {
  it('shows mistakes as they are made, and takes the caret to one', () =>
    on('few', async (page) => {
      await fromUrl(page);
      assert.equal(await area(page).getAttribute('aria-invalid'), null);
      await replace(page, 'token_endpoint', 'token_endpont');
      const mistake = page.getByRole('button', { name: /^Line 7/ });
      assert.match(await mistake.textContent(), /unknown key.*Write token_endpoint/s);
      assert.equal(await area(page).getAttribute('aria-invalid'), 'true');
      await mistake.click();
      assert.match(await selected(page), /^token_endpont = ".*"$/);
      await page.keyboard.press('Control+s');
      assert.equal(await page.getByRole('alert').textContent(), 'Not saved: 1 mistake.');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'spec-text', 'the caret stays');
      await replace(page, 'token_endpont', 'token_endpoint');
      await page.getByText('No mistakes.').waitFor();
    }));

  it('lets Tab go on', () =>
    on('few', async (page) => {
      await fromUrl(page);
      await area(page).focus();
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'Copy the file');
    }));

  it('is tried with each cure, after what has to be filled in, and anew for another text', () =>
    on('few', async (page) => {
      await fromUrl(page);
      await replace(page, '[server]', '[vars.host]\n\n[server]');
      await page.getByLabel('Host').waitFor();
      await button(page, 'Check').click();
      assert.match(await page.getByRole('alert').textContent(), /host: a value is needed/);
      await page.getByLabel('Host').fill('git.acme.example');
      await button(page, 'Check').click();
      await page.getByText('A sign-in can work; 1 check has a limit.').waitFor();
      assert.equal(await page.getByRole('alert').count(), 0);
      assert.match(await page.textContent('main'), /PKCE.*ask the provider whether it is checked/s);
      await replace(page, 'login-acme-example.example/token', 'down.example/token');
      await page.getByText('A sign-in can work').waitFor({ state: 'detached' });
      await button(page, 'Check').click();
      await page.getByText('1 check failed.').waitFor();
    }));

  it('says that a file stands in for a shipped one, and is not saved over another of one’s own', () =>
    on('few', async (page) => {
      await fromUrl(page);
      await replace(page, /id = ".*"/, 'id = "github"');
      await page.getByText('replaces the built-in GitHub').waitFor();
      await replace(page, /id = ".*"/, 'id = "gitlab"');
      await page.getByText('You have a file gitlab.toml already').waitFor();
      await button(page, 'Save').click();
      await page.getByText('Not saved: 1 mistake.').waitFor();
      await replace(page, /id = ".*"/, '');
      await page.getByText('It has no id yet').waitFor();
    }));
});

describe('saving', () => {
  it('leads to the provider’s page, which can be connected, edited and shared', () =>
    on('few', async (page) => {
      await fromUrl(page);
      await replace(page, /name = ".*"/, 'name = "Acme Tracker"');
      await page.keyboard.press('Control+s');
      await heading(page, 'Acme Tracker').waitFor();
      await page.waitForSelector('#client-id');
      assert.match(await page.textContent('.facts'), /your own file, login-acme-example\.toml/);
      await page.getByText('Exported files go to /home/octavia/Downloads.').waitFor();
      await button(page, 'Copy the file').click();
      await page.getByText('Copied. It stands by itself').waitFor();
      assert.match(await page.evaluate(() => __fake.copied), /Acme Tracker/);
      await button(page, 'Export…').click();
      await page.getByText('Written to /home/octavia/Downloads/login-acme-example.toml.').waitFor();

      await button(page, 'Edit provider').click();
      await heading(page, 'Edit login-acme-example.toml').waitFor();
      await replace(page, 'Acme Tracker', 'Acme');
      await button(page, 'Save').click();
      await heading(page, 'Acme').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('#provider-search').fill('acme');
      await page.getByRole('button', { name: /^Acme/ }).first().waitFor();
    }));

  it('says why it was refused, and keeps what was written', () =>
    on('few', async (page) => {
      await page.keyboard.press('Control+n');
      await page.locator('.card', { hasText: 'GitLab' }).first().click();
      await button(page, 'Edit provider').click();
      await replace(page, 'GitLab', 'Mine');
      await page.evaluate(() => __fake.others('gitlab', 'schema = 2'));
      await button(page, 'Save').click();
      assert.match(await page.getByRole('alert').textContent(), /changed meanwhile/);
      assert.match(await area(page).inputValue(), /Mine/);
    }));

  it('under another id leaves the old file, and says so', () =>
    on('few', async (page) => {
      await page.keyboard.press('Control+n');
      await page.locator('.card', { hasText: 'GitLab' }).first().click();
      await button(page, 'Edit provider').click();
      await replace(page, 'id = "gitlab"', 'id = "gitlab-work"');
      await page.getByText('this is saved as gitlab-work.toml, and gitlab.toml stays as it is').waitFor();
      await button(page, 'Save').click();
      await page.waitForSelector('#client-id');
      assert.match(await page.textContent('.facts'), /gitlab-work\.toml/);
    }));
});

describe('leaving', () => {
  it('asks before what is written is lost, by key, by button and to another view', () =>
    on('few', async (page) => {
      await fromUrl(page);
      assert.equal(await page.evaluate(() => __fake.unsavedText), true);
      const question = page.getByRole('alertdialog', { name: 'Leave without saving?' });
      await page.keyboard.press('Escape');
      await question.waitFor();
      await page.keyboard.press('Escape');
      await question.waitFor({ state: 'detached' });
      await button(page, 'Back').click();
      await button(page, 'Stay').click();
      await page.keyboard.press('Control+,');
      await question.waitFor();
      await button(page, 'Stay').click();
      assert.match(await area(page).inputValue(), /token_endpoint/);
      await page.keyboard.press('Control+,');
      await button(page, 'Leave').click();
      await heading(page, 'Settings').waitFor();
      assert.equal(await page.evaluate(() => __fake.unsavedText), false);
      await own(page);
    }));

  it('does not ask where nothing was changed', () =>
    on('few', async (page) => {
      await page.keyboard.press('Control+n');
      await page.locator('.card', { hasText: 'GitLab' }).first().click();
      await button(page, 'Edit provider').click();
      await heading(page, 'Edit gitlab.toml').waitFor();
      await page.keyboard.press('Escape');
      await heading(page, 'GitLab').waitFor();
    }));

  it('keeps the text while a sign-in comes to the front', () =>
    on('few', async (page) => {
      await fromUrl(page);
      await replace(page, /name = ".*"/, 'name = "Kept"');
      await page.evaluate(() => __fake.emit({ event: 'focus', connection: __fake.views()[0].id }));
      await page.waitForSelector('aside');
      await page.keyboard.press('Control+n');
      await button(page, 'Add your own provider').click();
      assert.match(await area(page).inputValue(), /Kept/);
    }));

  it('asks before the window is closed, each time', () =>
    on('few', async (page) => {
      await fromUrl(page);
      for (const answer of ['Stay', 'Leave']) {
        await page.evaluate(() => {
          __fake.unsavedText = false;
          __fake.emit({ event: 'close', quit: false });
        });
        await page.getByRole('alertdialog').waitFor();
        assert.equal(await page.evaluate(() => __fake.unsavedText), true);
        assert.equal(await page.evaluate(() => __fake.closed), false);
        await button(page, answer).click();
      }
      await page.waitForFunction(() => __fake.closed);
    }));
});

describe('the gallery', () => {
  it('shows a file that somebody else has saved', () =>
    on('few', async (page) => {
      await page.keyboard.press('Control+n');
      await page.locator('#provider-search').fill('from elsewhere');
      await page.getByText('No provider matches').waitFor();
      await page.evaluate(() => __fake.others('elsewhere', 'schema = 1\nid = "elsewhere"\nname = "From elsewhere"\n'));
      await page.getByRole('button', { name: /^From elsewhere/ }).waitFor();
    }));
});
