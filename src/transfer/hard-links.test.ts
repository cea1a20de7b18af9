import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Inode } from '../vfs/index.js';
import { HardLinks } from './hard-links.js';

const inode = (ino: number, nlink: number): Inode => ({ ino, nlink }) as Inode;

test('found until as many names were made as the file has', () => {
  const links = new HardLinks();
  const file = inode(7, 3);
  equal(links.find(file), undefined);
  links.add(file, Buffer.from('a'));
  equal(links.find(file)?.toString(), 'a');
  links.add(file, Buffer.from('b'));
  equal(links.find(file)?.toString(), 'a');
  links.add(file, Buffer.from('c'));
  equal(links.find(file), undefined);
});

test('files with one name take no room, files of other numbers are others', () => {
  const links = new HardLinks();
  links.add(inode(1, 1), Buffer.from('a'));
  equal(links.find(inode(1, 1)), undefined);
  links.add(inode(2, 2), Buffer.from('b'));
  equal(links.find(inode(3, 2)), undefined);
});

test('a forgotten copy is begun anew', () => {
  const links = new HardLinks();
  const file = inode(7, 4);
  links.add(file, Buffer.from('a'));
  links.forget(file);
  equal(links.find(file), undefined);
  links.add(file, Buffer.from('b'));
  equal(links.find(file)?.toString(), 'b');
});
