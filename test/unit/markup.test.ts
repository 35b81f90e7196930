import { JSDOM } from 'jsdom';
import { expect, it } from 'vitest';
import { html } from '../../src/render/html/markup.js';
import { renderFolded } from '../../src/render/folded.js';
import { sampleReport } from '../support/sample-report.js';

const HOSTILE = `' onload='a()' " onload="b()" <b>&amp;</b>`;

it('a value stays inside of quotes of either kind, and between tags', () => {
  const { text } = html`<p title="${HOSTILE}"></p>
    <p title="${HOSTILE}"></p>
    <p>${HOSTILE}</p>`;
  const { document } = new JSDOM(text).window;
  const [double, single, between] = document.querySelectorAll('p');
  for (const p of [double, single]) {
    expect(p?.getAttributeNames()).toEqual(['title']);
    expect(p?.getAttribute('title')).toBe(HOSTILE);
  }
  expect(between?.textContent).toBe(HOSTILE);
  expect(document.querySelector('b')).toBeNull();
});

it('folded stacks have two numbers a line, and no name splits a frame or a line', () => {
  const report = sampleReport([
    { path: ['a;b@comm', 'net/A;::b', 'c\nd'], base: 5, new: 7 },
    { path: ['a;b@comm', 'net/A;::b'], base: 0, new: 0 },
    { path: ['a;b@comm', 'e;f;g'], base: 0, new: 2 },
  ]);
  expect(renderFolded(report)).toBe('a:b;e:f:g 0 2\na:b;net/A:::b;c d 5 7\n');
});
