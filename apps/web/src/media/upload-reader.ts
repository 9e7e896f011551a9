import { BadRequestException, Injectable, Logger, UnsupportedMediaTypeException } from '@nestjs/common';
import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { Csrf, csrfField, csrfHeader } from '../accounts/csrf.service.js';
import { fieldMessages } from '../errors/field-messages.js';
import { InvalidInput } from '../errors/input-pipe.js';
import { uploadFields } from './media-input.js';
import type { MediaItem } from './media-item.entity.js';
import { MediaLibrary } from './media-library.service.js';
import { describeRefusal, isFilesLimit } from './media-refusal.js';

const limits = {
  // The storage counts and says what the limit is; here a larger file would just end early.
  fileSize: Number.POSITIVE_INFINITY,
  fields: 10,
  fieldSize: 4096,
};

/** Reads a form with files as it arrives: fields first, then each file straight into the library. */
@Injectable()
export class UploadReader {
  private readonly logger = new Logger('Media');

  constructor(
    private readonly library: MediaLibrary,
    private readonly csrf: Csrf,
  ) {}

  /** Returns what was saved; a failure leaves the files before it saved, and nothing of its own. */
  async read(request: FastifyRequest, maxFiles: number): Promise<MediaItem[]> {
    if (!request.isMultipart()) throw notMultipart();
    try {
      const saved = await this.#readParts(request, maxFiles);
      if (saved.length === 0) throw noFile();
      return saved;
    } catch (error) {
      // A full disk is told to the uploader, who cannot help it, and to the log, where somebody can.
      const refusal = describeRefusal(error);
      if (refusal !== undefined && refusal.status >= 500) this.logger.error(refusal.message);
      throw error;
    }
  }

  async #readParts(request: FastifyRequest, maxFiles: number): Promise<MediaItem[]> {
    const fields: Record<string, unknown> = {};
    const saved: MediaItem[] = [];
    for await (const part of partsOf(request, maxFiles)) {
      if (part.type === 'field') fields[part.fieldname] = part.value;
      else if (isEmptyInput(part)) part.file.resume();
      else saved.push(await this.#save(request, part, fields));
    }
    return saved;
  }

  async #save(
    request: FastifyRequest,
    part: MultipartFile,
    fields: Record<string, unknown>,
  ): Promise<MediaItem> {
    // The guard could not look into the body; with the header it has looked already.
    if (request.headers[csrfHeader] === undefined) this.csrf.requireToken(request, fields[csrfField]);
    const parsed = uploadFields.safeParse(fields);
    if (!parsed.success) throw new InvalidInput(fieldMessages(parsed.error.issues));
    return this.library.upload({ ...parsed.data, name: part.filename, content: part.file });
  }
}

/** The parts of the form. What is thrown here is the form's fault; errors of who reads a part do not pass through. */
async function* partsOf(request: FastifyRequest, maxFiles: number): AsyncGenerator<Multipart> {
  try {
    // preservePath: a name with a path in it is to be refused by name, not to be shortened in silence.
    yield* request.parts({ limits: { ...limits, files: maxFiles }, preservePath: true });
  } catch (error) {
    throw isFilesLimit(error) ? error : brokenForm(error);
  }
}

/** A file input in which nobody chose a file is sent as a file without a name. */
function isEmptyInput(part: MultipartFile): boolean {
  return part.filename === undefined || part.filename === '';
}

function notMultipart(): UnsupportedMediaTypeException {
  return new UnsupportedMediaTypeException({
    code: 'NOT_MULTIPART',
    message: 'An upload is a form of the type multipart/form-data with a part "file".',
  });
}

function brokenForm(cause: unknown): BadRequestException {
  const message = 'The form is broken off or is not what multipart/form-data looks like.';
  return new BadRequestException({ code: 'BROKEN_FORM', message }, { cause });
}

function noFile(): BadRequestException {
  return new BadRequestException({ code: 'NO_FILE', message: 'There is no file in the form.' });
}
