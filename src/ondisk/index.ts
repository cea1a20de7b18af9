export { crc32c, crc32cAround } from './crc32c.js';
export {
  be16,
  be32,
  be64,
  le16,
  le32,
  le64,
  raw,
  u8,
  type Overlay,
  type Scalar,
} from './scalars.js';
export { struct, type StructClass } from './struct.js';
