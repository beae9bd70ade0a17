// Signs in at an identity provider that nobody here wrote (the Okta of `emulate`), in a real browser: signin.mjs BACKCHANNEL CHROMIUM.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [program, browserPath] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const free = () => new Promise((done) => {
  const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); });
});
const [portal, idp] = [await free(), await free()];
const base = `http://127.0.0.1:${portal}`;
const issuer = `http://localhost:${idp}/oauth2/default`;
const dir = mkdtempSync(join(tmpdir(), 'signin-'));
writeFileSync(join(dir, 'seed.yaml'), JSON.stringify({ okta: {
  users: [{ login: 'ada@town.example', email: 'ada@town.example', first_name: 'Ada', last_name: 'Berg' }],
  groups: [{ name: 'Everyone', description: 'All users', type: 'BUILT_IN', okta_id: '00g_everyone' }],
  authorization_servers: [{ id: 'default', name: 'default', audiences: ['api://default'] }],
  oauth_clients: [{ client_id: 'portal', client_secret: 'hush-hush', name: 'Portal', redirect_uris: [`${base}/auth/callback`, `${base}/auth/signed-out`], auth_server_id: 'default' }],
} }));
writeFileSync(join(dir, 'all.yaml'), 'apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: ada}\nspec: {memberOf: [], profile: {displayName: Ada of the catalog, email: ada@town.example}}\n');
writeFileSync(join(dir, 'backchannel.yaml'), `organization: Town
catalog: {locations: [{type: file, target: ./all.yaml}]}
web: {listen: "127.0.0.1:${portal}", base_url: "${base}", auth: {oidc: {issuer: "${issuer}", client_id: portal, client_secret: hush-hush, label: Okta, trust_email: true}}}
`);

const running = [
  spawn(process.execPath, [join(here, 'node_modules/emulate/dist/index.js'), 'start', '-p', String(idp), '-s', 'okta', '--seed', join(dir, 'seed.yaml')], { stdio: 'ignore' }),
  spawn(program, ['serve'], { cwd: dir, stdio: 'ignore' }),
];
const answers = async (address) => {
  for (let i = 0; i < 150; i++) {
    if (await fetch(address).then((r) => r.ok, () => false)) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`${address} does not answer`);
};
const expect = (what, ok) => { if (!ok) throw new Error(`signin: ${what}`); };

let browser;
try {
  await Promise.all([answers(`${issuer}/.well-known/openid-configuration`), answers(`${base}/readyz`)]);
  browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(`${base}/catalog?kind=user`);
  expect(`a stranger is at ${page.url()}`, page.url().startsWith(`${base}/auth/login`));
  await page.getByRole('link', { name: 'Sign in with Okta' }).click();
  await page.getByRole('button', { name: 'ada@town.example' }).click();
  await page.waitForURL(`${base}/catalog?kind=user`);
  await page.getByRole('link', { name: 'Ada Berg' }).click();
  expect('the account page does not know who signed in', (await page.textContent('main')).includes('Ada of the catalog'));
  const [cookie] = (await page.context().cookies(base)).filter((c) => c.name === 'backchannel_session');
  expect('the cookie of the session is not safe', cookie?.httpOnly && cookie.sameSite === 'Lax');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${base}/auth/signed-out*`);
  await page.goto(`${base}/catalog`);
  expect('signing out did not', page.url().startsWith(`${base}/auth/login`));
  console.log('signin: signed in at the Okta of emulate, known as a User of the catalog, signed out there and here');
} finally {
  await browser?.close();
  for (const child of running) child.kill();
  rmSync(dir, { recursive: true, force: true });
}
