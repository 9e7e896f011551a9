export { contentTypeOf, knownEndings, type ContentType } from './content-type.js';
export {
  DiskFull,
  MediaNotFound,
  MediaRootInUse,
  MediaWriteFailed,
  QuotaExceeded,
  UnsafePath,
  UploadAborted,
  UploadTooLarge,
  WrongMediaRoot,
} from './errors.js';
export { formatBytes } from './byte-text.js';
export {
  claimMediaRoot,
  proveMediaRoot,
  readMediaIdentity,
  removeMediaRoot,
  restampMediaRoot,
  type ExpectedIdentity,
  type Identity,
} from './identity.js';
export type { ByteRange, OpenedFile } from './opened-file.js';
export type { StoredFile, Visibility } from './stored-file.js';
export {
  MediaStorage,
  type MediaFilter,
  type MediaStorageOptions,
  type MediaUsage,
  type SavedFile,
  type SaveOptions,
} from './storage.js';
