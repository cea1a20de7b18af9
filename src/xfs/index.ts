export { openXfs, type XfsDescription, type XfsDriver, type XfsOptions } from './super.js';
