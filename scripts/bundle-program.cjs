/**
 * A TypeScript program as one file of JavaScript, made anew when one of its sources has changed: it then starts in a third of a second
 * instead of a whole one. Packages stay outside. Plain Node, since it runs before anything is compiled.
 */
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

/** Changed with what is built, and not only from what. */
const VERSION = 1;
const OLD_MS = 60_000;

/**
 * The path of the bundle of `entry`, a path from `root`; it and what it was made from are kept in `folder`. `directories`: paths from the
 * root whose list of entries counts as a source, since the program looks into them.
 */
async function bundleProgram({ root, entry, folder, directories = [] }) {
  const manifest = path.join(folder, 'sources.json');
  const known = readManifest(manifest);
  if (known !== undefined && isCurrent(root, known)) return path.join(folder, known.bundle);
  const { text, inputs } = await build(root, entry);
  const stamps = Object.fromEntries([...inputs, ...directories].map((file) => [file, stampOf(path.join(root, file))]));
  const bundle = `${createHash('sha256').update(text).digest('hex').slice(0, 16)}.cjs`;
  fs.mkdirSync(folder, { recursive: true });
  write(path.join(folder, bundle), text);
  write(manifest, JSON.stringify({ version: VERSION, bundle, stamps }));
  sweep(folder, bundle);
  return path.join(folder, bundle);
}

/** Bundles of former sources, but for those that another process may be about to load. */
function sweep(folder, bundle) {
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name);
    const age = Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (name.endsWith('.cjs') && name !== bundle && age > OLD_MS) fs.rmSync(file, { force: true });
  }
}

function readManifest(file) {
  try {
    const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
    const isWhole = manifest.version === VERSION && fs.existsSync(path.join(path.dirname(file), manifest.bundle));
    return isWhole ? manifest : undefined;
  } catch {
    return undefined;
  }
}

const isCurrent = (root, { stamps }) =>
  Object.entries(stamps).every(([file, stamp]) => stampOf(path.join(root, file)) === stamp);

function stampOf(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 'none' : `${stat.mtimeMs}:${stat.size}`;
}

async function build(root, entry) {
  const { outputFiles, metafile } = await require('esbuild').build({
    entryPoints: [path.join(root, entry)],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
    plugins: [ownFolders],
  });
  return { text: outputFiles[0].text, inputs: Object.keys(metafile.inputs).filter((file) => !file.includes(':')) };
}

/** A source that asks for its folder gets its own, not the bundle's. */
const ownFolders = {
  name: 'own-folders',
  setup({ onLoad }) {
    onLoad({ filter: /\.c?ts$|\.cjs$/ }, async ({ path: file }) => {
      const text = await fs.promises.readFile(file, 'utf8');
      const loader = file.endsWith('ts') ? 'ts' : 'js';
      if (!/\b__(dirname|filename)\b/.test(text)) return { contents: text, loader };
      const own = `const __dirname = ${JSON.stringify(path.dirname(file))}; const __filename = ${JSON.stringify(file)};`;
      return { contents: `${own} ${text}`, loader };
    });
  },
};

/** Processes that begin at the same moment never see one another's half-written files. */
function write(file, text) {
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, text);
  fs.renameSync(draft, file);
}

module.exports = { bundleProgram };
