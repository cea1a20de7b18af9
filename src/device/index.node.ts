export { AddressRange } from './address-range.node.js';
export { FileDevice, type FileDeviceOptions } from './file-device.node.js';
export { libc, libcProblem, tooLong, type Libc, type TimeSpec } from './libc.node.js';
export { MappedDevice } from './mapped-device.node.js';
export { openDevice } from './open-device.node.js';
export { probeUserfaultfd, type UserfaultfdSupport } from './userfaultfd.node.js';
