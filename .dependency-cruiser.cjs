/**
 * Who may import whom. A folder lists what it may import; everything else is an error, so that a new dependency is a decision.
 * `test/imports.test.ts` runs this, and proves on a planted violation that the check can fail.
 */
const NODE_PURE = '^(node:)?(crypto|zlib)$';

/** `from` may import `to` (paths from the root, or packages) and its own folder. */
const TABLE = [
  { from: '^core/contracts/', to: ['^core/contracts/', '^node_modules/valibot/', NODE_PURE] },
  { from: '^core/ports/', to: ['^core/(contracts|ports)/'] },
  { from: '^core/policies/', to: ['^core/(contracts|ports|policies|queueing)/', NODE_PURE] },
  { from: '^core/queueing/', to: ['^core/(contracts|queueing)/'] },
  {
    from: '^core/units/',
    to: ['^core/(contracts|ports|policies|queueing|units)/', '^node_modules/valibot/', NODE_PURE],
  },
  { from: '^core/sagas/', to: ['^core/(contracts|ports|policies|sagas)/', '^node_modules/valibot/', NODE_PURE] },
  {
    from: '^applications/([^/]+)/',
    to: ['^applications/$1/', '^core/(units|sagas|contracts)/', '^node_modules/valibot/'],
  },
  {
    from: '^adapters/aws/',
    to: [
      '^adapters/aws/',
      '^core/(contracts|ports)/',
      '^node_modules/(@aws-sdk|@smithy)/',
      '^(node:)?(crypto|zlib|util)$',
    ],
  },
  { from: '^adapters/memory/', to: ['^adapters/memory/', '^core/(contracts|ports)/', NODE_PURE] },
  {
    from: '^lambdas/(?!runtime/|state/republisher/|monitoring/reconciler/)([^/]+/[^/]+)/(?!handler|env)[^/]+\\.ts$',
    to: ['^lambdas/$1/(?!handler|env)', '^core/', '^node_modules/valibot/', NODE_PURE],
  },
  {
    from: '^lambdas/(?!runtime/)([^/]+/[^/]+)/(handler|env)\\.ts$',
    to: [
      '^lambdas/$1/',
      '^lambdas/runtime/',
      '^adapters/aws/',
      '^core/(contracts|units|sagas|ports)/',
      '^node_modules/@types/aws-lambda/',
      NODE_PURE,
    ],
  },
  {
    // The republisher is the publisher, run again on what was given up. No other function may import another one.
    from: '^lambdas/state/republisher/(?!handler|env)[^/]+\\.ts$',
    to: ['^lambdas/state/republisher/(?!handler|env)', '^lambdas/state/publisher/core\\.ts$', '^core/'],
  },
  {
    // What the reconciler finds becomes incidents as what the monitor finds does.
    from: '^lambdas/monitoring/reconciler/(?!handler|env)[^/]+\\.ts$',
    to: ['^lambdas/monitoring/reconciler/(?!handler|env)', '^lambdas/monitoring/monitor/note\\.ts$', '^core/'],
  },
  {
    from: '^lambdas/runtime/',
    to: ['^lambdas/runtime/', '^core/', '^node_modules/(@aws-sdk|@smithy|valibot|@aws-lambda-powertools)/'],
  },
  {
    // What a synth writes into an entry of a saga is its outline, in the shape in which the function reads it.
    from: '^lib/',
    to: [
      '^lib/',
      '^core/contracts/',
      '^core/sagas/outline\\.ts$',
      '^node_modules/(aws-cdk-lib|constructs|cdk-nag|esbuild)/',
      '^(node:)?(fs|path|crypto|os)$',
    ],
  },
  { from: '^simulator/(?!saga/|recovery/)', to: ['^simulator/(?!saga/|recovery/)', '^core/'] },
  {
    // The saga's simulation is of this project's own booking: its real definition and steps, on stores in memory.
    from: '^simulator/saga/',
    to: [
      '^simulator/(saga|asl|engine)/',
      '^core/',
      '^adapters/memory/',
      '^applications/booking/',
      '^stepfunctions/booking/',
    ],
  },
  {
    // The booking again, with the functions around it that watch and repair it: their cores know ports only, and are what is proven.
    from: '^simulator/recovery/',
    to: [
      '^simulator/(recovery|saga|asl|engine)/',
      '^core/',
      '^adapters/memory/',
      '^applications/booking/',
      '^lambdas/(monitoring/(monitor|recovery|reconciler)|coordination/settle)/(?!handler|env)',
      '^(node:)?zlib$',
    ],
  },
];

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...TABLE.map(({ from, to }) => ({
      name: `only-listed:${from}`,
      severity: 'error',
      from: { path: from },
      to: { pathNot: to },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
