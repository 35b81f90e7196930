import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/render/html/index.js';
import { Firefox, FIREFOX } from '../support/firefox.js';
import { hostilePaths, sampleReport } from '../support/sample-report.js';

/** Put before everything else in the page: notes what a console would show. */
const WATCH = `<script>
window.complaints = [];
addEventListener('error', (e) => complaints.push('error: ' + e.message));
addEventListener('unhandledrejection', (e) => complaints.push('rejection: ' + e.reason));
addEventListener('securitypolicyviolation', (e) => complaints.push('policy: ' + e.blockedURI + ' ' + e.violatedDirective));
for (const how of ['error', 'warn']) { const old = console[how]; console[how] = (...a) => { complaints.push(a.join(' ')); old.apply(console, a); }; }
</script>`;

describe.skipIf(FIREFOX === undefined)('in Firefox, from file://', () => {
  let firefox: Firefox;
  beforeAll(async () => {
    firefox = await Firefox.start();
  }, 60_000);
  afterAll(() => {
    firefox.close();
  });

  const watched = async () => {
    const html = await renderHtml(sampleReport(hostilePaths(), { images: true }));
    // our watcher stands before the policy, which would forbid it
    return html.replace(/<head>/, `<head>${WATCH}`);
  };

  it('the graph lives, zooms, and searches without a complaint or a request', async () => {
    await firefox.open(await watched());
    await firefox.wait("return document.querySelector('#live-graph g.frame rect') !== null");
    const frames = await firefox.run(
      "return document.querySelectorAll('#live-graph g.frame').length",
    );
    expect(frames).toBeGreaterThan(3);
    await firefox.run(
      "document.querySelectorAll('#live-graph g.frame')[2].dispatchEvent(new MouseEvent('click', { bubbles: true }))",
    );
    await firefox.wait("return location.hash.startsWith('#at=')");
    await firefox.run('history.back()');
    await firefox.wait("return location.hash === ''");
    await firefox.run(
      "const box = document.querySelector('#search'); box.value = 'script'; box.dispatchEvent(new Event('input', { bubbles: true }))",
    );
    await firefox.wait("return /match/.test(document.querySelector('#search-status').textContent)");
    expect(await firefox.run('return window.complaints')).toEqual([]);
    expect(
      await firefox.run("return performance.getEntriesByType('resource').map((e) => e.name)"),
    ).toEqual([]);
  });

  it('hostile names are text, in the graph and in the tables', async () => {
    await firefox.open(await watched());
    await firefox.wait("return document.querySelector('#live-graph g.frame') !== null");
    expect(
      await firefox.run(
        "return [document.querySelectorAll('img, iframe, object').length, window.hacked === undefined]",
      ),
    ).toEqual([0, true]);
    expect(await firefox.run('return document.body.textContent.includes("<script>")')).toBe(true);
  });
});
