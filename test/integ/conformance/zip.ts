/** A zip archive of stored files: all that a Lambda function's code needs. */
export function zip(files: Readonly<Record<string, string>>): Uint8Array {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const body = Buffer.from(text);
    const common = commonHeader(Buffer.from(name), body);
    const local = Buffer.concat([bytes('504b0304'), common, Buffer.from(name), body]);
    const attributes = Buffer.alloc(14);
    attributes.writeUInt32LE(0o100644 * 2 ** 16, 6);
    attributes.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([bytes('504b01021400'), common, attributes, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  bytes('504b0506').copy(end);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

function commonHeader(name: Buffer, body: Buffer): Buffer {
  const header = Buffer.alloc(26);
  header.writeUInt16LE(20, 0);
  header.writeUInt16LE(0x21, 8);
  header.writeUInt32LE(crc32(body), 10);
  header.writeUInt32LE(body.length, 14);
  header.writeUInt32LE(body.length, 18);
  header.writeUInt16LE(name.length, 22);
  return header;
}

const bytes = (hex: string) => Buffer.from(hex, 'hex');

function crc32(body: Buffer): number {
  let crc = ~0;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
