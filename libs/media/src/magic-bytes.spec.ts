import { describe, expect, it } from '@jest/globals';
import { contentTypeOf } from './content-type.js';
import { numberedName, sanitizeFileName } from './file-name.js';
import { nameByContent } from './magic-bytes.js';

const png = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
const jpeg = Buffer.from('\xff\xd8\xff\xe0\0\x10JFIF', 'latin1');
const html = Buffer.from('<!doctype html><script>alert(1)</script>');

const named = (name: string, head: Buffer) => numberedName(nameByContent(sanitizeFileName(name), head), 1);

describe('the ending of an upload', () => {
  it.each([
    ['photo.png', png, 'photo.png'],
    ['photo.JPEG', jpeg, 'photo.jpeg'],
    ['photo.jpg', png, 'photo.png'],
    ['photo', jpeg, 'photo.jpg'],
    ['photo.html', png, 'photo.png'],
    ['photo.jpg', html, 'photo-jpg'],
    ['page.html', html, 'page.html'],
    ['drawing.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'drawing.svg'],
    ['report.docx', Buffer.from('PK\x03\x04'), 'report.docx'],
    ['report.pdf', Buffer.from('PK\x03\x04'), 'report.zip'],
    ['film.mov', Buffer.from('\0\0\0\x14ftypqt  ', 'latin1'), 'film.mov'],
    ['song.mp3', Buffer.from([0xff, 0xfb, 0x90, 0x64]), 'song.mp3'],
    ['empty.png', Buffer.alloc(0), 'empty-png'],
    ['notes.txt', Buffer.from('hello'), 'notes.txt'],
  ])('of %s is made to fit its content', (name, head, expected) => {
    expect(named(name, head)).toBe(expected);
  });
});

describe('the content type', () => {
  it.each([
    ['a.jpg', 'image/jpeg'],
    ['a.SVG', 'image/svg+xml'],
    ['a.html', 'text/html; charset=utf-8'],
    ['a.constructor', 'application/octet-stream'],
    ['a', 'application/octet-stream'],
    ['.png', 'application/octet-stream'],
    ['a.php', 'application/octet-stream'],
  ])('of %s is %s', (name, type) => {
    expect(contentTypeOf(name).type).toBe(type);
  });
});
