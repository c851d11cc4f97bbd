// Connections in files: exported, backed up, looked at, taken.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { it, stage } from './harness.mjs';
import { backup, file, sealed, sharing, team } from './scenes.mjs';

let stage_;
before(async () => (stage_ = await stage()));
after(() => stage_.close());

async function on(scene, body) {
  const { page, close } = await stage_.open(scene);
  await body(page);
  await close();
}

const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page, name) => page.getByRole('heading', { name, exact: true });
const focused = (page) => page.evaluate(() => document.activeElement.tagName);
const becomes = (page, name) => page.getByLabel(`What becomes of ${name}`, { exact: true });
const thing = (page, name) => page.locator('li', { has: page.getByText(name, { exact: true }) });

describe('the view', () => {
  it('opens by key and from the settings, and goes back one level at a time', () =>
    on('few', async (page) => {
      await page.keyboard.press('Control+,');
      await button(page, 'Import and export…').click();
      await heading(page, 'Import and export').waitFor();
      assert.equal(await focused(page), 'H1');
      await team(page);
      await page.keyboard.press('Escape');
      await heading(page, 'Import and export').waitFor();
      await page.keyboard.press('Escape');
      await heading(page, 'Settings').waitFor();
    }));
});

describe('writing', () => {
  it('exports what is chosen, and says where', () =>
    on('few', async (page) => {
      await sharing(page);
      await page.getByRole('checkbox', { name: 'All' }).click();
      assert.ok(await page.getByRole('button', { name: 'Export 0 connections' }).isDisabled());
      await page.getByRole('checkbox', { name: 'Slack' }).click();
      assert.equal(await page.getByRole('checkbox', { name: 'All' }).evaluate((box) => box.indeterminate), true);
      assert.equal(await page.getByText('Exported files go to /home/octavia/Downloads.').count(), 2, 'of both');
      await button(page, 'Export 1 connection').click();
      await page.getByText('1 connection written to /home/octavia/Downloads/connections.tokenrack.json.').waitFor();
    }));

  it('backs up under a passphrase that is typed twice and stays nowhere', () =>
    on('few', async (page) => {
      await sharing(page);
      const [first, again] = [page.getByLabel('Passphrase', { exact: true }), page.getByLabel('The same again')];
      await first.fill('too short');
      await button(page, 'Back up').click();
      assert.equal(await page.locator('.error').textContent(), 'At least 12 characters; a few random words are good.');
      await first.fill('correct horse battery');
      await again.fill('correct horse batter');
      await button(page, 'Back up').click();
      assert.equal(await page.locator('.error').textContent(), 'The two are not the same.');
      assert.deepEqual(await page.evaluate(() => __fake.passphrases), []);
      await again.fill('correct horse battery');
      await button(page, 'Back up').click();
      await page.getByText('6 connections written to /home/octavia/Downloads/backup.tokenrack.age.').waitFor();
      assert.deepEqual(await page.evaluate(() => __fake.passphrases), ['correct horse battery']);
      assert.equal((await first.inputValue()) + (await again.inputValue()), '');
    }));
});

describe('taking', () => {
  it('shows what is in a team’s file, and takes nothing that is not decided', () =>
    on('few', async (page) => {
      await team(page);
      assert.equal(await focused(page), 'H1');
      await page.getByText('2 new · 1 the same · 1 differs · 1 with a name that is taken · 1 not usable').waitFor();
      assert.match(
        await thing(page, 'Acme Tracker').textContent(),
        /Brings a script.*given the code, tokens and secret/s,
      );
      assert.equal(await becomes(page, 'Acme Tracker').inputValue(), 'skip');
      assert.match(
        await thing(page, 'Acme Tracker').textContent(),
        /Asks login\.acme\.example, tracker\.acme\.example/,
      );
      assert.match(await thing(page, 'Old portal').textContent(), /must be https/);
      assert.equal(await becomes(page, 'Old portal').count(), 0);
      await becomes(page, 'GitHub (build)').selectOption('skip');
      assert.ok(await button(page, 'Nothing chosen').isDisabled());
      assert.equal(await page.evaluate(() => __fake.taken), null);
    }));

  it('takes under another name, which cannot be empty, and says what has become of each', () =>
    on('few', async (page) => {
      await team(page);
      await becomes(page, 'Slack').selectOption('rename');
      const name = page.getByLabel('New name of Slack');
      assert.equal(await name.inputValue(), 'Slack (2)');
      await name.fill(' ');
      await button(page, 'Take 2').click();
      await page.getByText('Write a name.').waitFor();
      assert.equal(await name.evaluate((field) => field === document.activeElement), true);
      await name.fill('Slack at Acme');
      await becomes(page, 'GitHub').selectOption('replace');
      await button(page, 'Take 3').click();
      await heading(page, 'What has become of it').waitFor();
      const { decisions, older } = await page.evaluate(() => __fake.taken);
      assert.deepEqual(
        decisions.map(({ choice, name }) => [choice, name]),
        [
          ['add', null],
          ['skip', null],
          ['replace', null],
          ['rename', 'Slack at Acme'],
          ['skip', null],
          ['skip', null],
        ],
      );
      assert.equal(older, false);
      await page.getByText('2 added · 3 left · 1 not taken').waitFor();
      assert.match(await thing(page, 'GitHub').textContent(), /a sign-in is waiting; cancel it first/);
      await button(page, 'Add the client secret of GitHub (build)').click();
      await page.waitForSelector('#client-id');
    }));

  it('asks for a backup’s passphrase, and keeps newer tokens unless it is told', () =>
    on('few', async (page) => {
      await sealed(page);
      await page.waitForSelector('#passphrase:focus');
      await page.locator('#passphrase').fill('wrong');
      await button(page, 'Open the backup').click();
      await page.getByText('This passphrase does not open the backup.').waitFor();
      assert.equal(await page.locator('#passphrase').inputValue(), '');
      await button(page, 'Choose another file').click();
      await page.locator('input[type=file]').waitFor();
      await page.keyboard.press('Escape');
      await backup(page);
      await page.getByText('A token that was renewed since the backup').waitFor();
      assert.match(await thing(page, 'GitHub').textContent(), /those here are newer and stay/);
      await becomes(page, 'GitHub').selectOption('replace');
      await page.getByRole('checkbox', { name: /Also put back/ }).check();
      assert.match(await thing(page, 'GitHub').textContent(), /those here are newer and would be lost/);
      await button(page, 'Take 3').click();
      await heading(page, 'What has become of it').waitFor();
      assert.equal(await page.evaluate(() => __fake.taken.older), true);
      assert.ok(!(await page.content()).includes('correct horse'));
    }));

  it('says what is wrong with a file, and takes another', () =>
    on('few', async (page) => {
      await file('notes.txt', 'nothing')(page);
      assert.match(await page.getByRole('alert').textContent(), /no file of Tokenrack/);
      await page.locator('input[type=file]').setInputFiles({
        name: 'team.tokenrack.json',
        mimeType: 'application/json',
        buffer: Buffer.from('{"refresh_token":"canary"}'),
      });
      await page.getByText('unknown field `refresh_token`').waitFor();
      assert.ok(!(await page.content()).includes('canary'));
      await page.keyboard.press('Escape');
      await team(page);
    }));
});
