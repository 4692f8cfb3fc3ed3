// What the quality table measures: data set, model, settings, and where there are any the figures that others published and
// the least that is to be reached. Settings that are no defaults were chosen on a part of the training data.

const NCF = 'hit_rate@10,ndcg@10';
const CITE = 'recall@50,recall@100,recall@300';
const LISTS = 'ndcg@10,recall@20,hit_rate@10,coverage@10,novelty@10,diversity@10';

const ncf = (model, settings, least, published) => ({
  set: 'ncf-ml-1m',
  model,
  settings,
  metrics: NCF,
  least,
  published,
});

/** The half-life was chosen once for all models: of 4, 8 and 16, the best on validation for most of them. */
const ORDER = 'history_half_life=8';
/** λ and α₀ of the paper, near the best on validation. */
const IALS_192 = 'num_factors=192 regularization=0.007 unobserved_weight=0.3 iterations=20';

/** Every model that ranks by interactions, at its defaults. */
const RANKING = [
  'popularity',
  'item_neighbors',
  'user_neighbors',
  'item_graph',
  'ease',
  'sparse_linear',
  'pure_svd',
  'graph_filter',
  'bpr',
  'ials',
  'ensemble',
];

const everyModel = (set) => RANKING.map((model) => ({ set, model, settings: '', metrics: LISTS }));

export const ROWS = [
  ncf('popularity', '', [0.452, 0.252], [0.4533, 0.2542]),
  ncf('item_neighbors', '', [0.669, 0.398], [0.6694, 0.3979]),
  ncf('user_neighbors', '', null, [0.6768, 0.41]),
  ncf('user_neighbors', ORDER, [0.676, 0.41], null),
  ncf('item_graph', '', null, [0.6758, 0.4011]),
  ncf('item_graph', ORDER, [0.675, 0.401], null),
  ncf('ease', '', [0.719, 0.449], [0.7192, 0.4494]),
  ncf('sparse_linear', '', [0.714, 0.445], [0.7162, 0.4468]),
  ncf('pure_svd', '', [0.6932, 0.43], [0.6937, 0.4303]),
  ncf('graph_filter', '', null, null),
  ncf('bpr', '', [0.68, 0.41], [0.6305, 0.373]),
  ncf('ials', 'num_factors=64', [0.721, 0.444], [0.7224, 0.4444]),
  ncf('ials', IALS_192, [0.731, 0.452], [0.731, 0.4521]),
  ncf('ials', `${IALS_192} ${ORDER}`, [0.731, 0.452], null),
  ncf('ensemble', '', [0.74, 0.462], null),
  ncf('auto', '', null, null),

  // The combiners of a hybrid: each learned from what was held out of the training part.
  ...['linear', 'trees', 'perceptron'].map((ranker) => ({
    ...ncf('hybrid', `ranker=${ranker}`, [0.74, 0.462], null),
    set: 'ncf-ml-1m-texts',
  })),
  ...['popularity', 'tf_idf', 'ials', 'hybrid'].map((model) => ({
    set: 'ml-1m-new-films',
    model,
    settings: '',
    metrics: 'ndcg@20',
    least: null,
    published: null,
  })),

  {
    set: 'ml-1m-ratings',
    model: 'biased_sgd',
    settings: '',
    metrics: 'rmse,mae',
    least: [0.862, null],
    published: [0.8416, null],
  },
  { set: 'ml-small-ratings', model: 'biased_sgd', settings: '', metrics: 'rmse,mae' },

  {
    set: 'citeulike-10',
    model: 'popularity',
    settings: '',
    metrics: CITE,
    published: [0.004, 0.0078, 0.0258],
  },
  {
    set: 'citeulike-10',
    model: 'item_neighbors',
    settings: '',
    metrics: CITE,
    least: [0.098, 0.144, 0.23],
    published: [0.0989, 0.1441, 0.23],
  },
  {
    set: 'citeulike-10',
    model: 'user_neighbors',
    settings: '',
    metrics: CITE,
    published: [0.0769, 0.1174, 0.201],
  },
  {
    set: 'citeulike-10',
    model: 'item_graph',
    settings: '',
    metrics: CITE,
    published: [0.0963, 0.1408, 0.2239],
  },
  {
    set: 'citeulike-10',
    model: 'sparse_linear',
    settings: '',
    metrics: CITE,
    published: [0.0869, 0.1281, 0.2115],
  },
  {
    set: 'citeulike-10',
    model: 'pure_svd',
    settings: 'num_factors=256',
    metrics: CITE,
    published: [0.0715, 0.1079, 0.1759],
  },
  { set: 'citeulike-10', model: 'graph_filter', settings: '', metrics: CITE },
  {
    set: 'citeulike-10',
    model: 'bpr',
    settings: '',
    metrics: CITE,
    published: [0.068, 0.1011, 0.1663],
  },
  {
    set: 'citeulike-10',
    model: 'ials',
    settings: 'num_factors=160 unobserved_weight=0.002 regularization=0.007 iterations=20',
    metrics: CITE,
    least: [0.078, 0.139, 0.271],
    published: [0.0779, 0.1388, 0.2706],
  },

  // Content alone, interactions alone, both.
  ...['popularity', 'tf_idf', 'item_graph', 'hybrid'].map((model) => ({
    set: 'citeulike-10-texts',
    model,
    settings: '',
    metrics: CITE,
    published: model === 'popularity' ? [0.004, 0.0078, 0.0258] : null,
  })),
  ...['tf_idf', 'item_graph', 'hybrid'].map((model) => ({
    set: 'citeulike-random-10-texts',
    model,
    settings: '',
    metrics: CITE,
  })),

  ...[
    'popularity',
    'item_neighbors',
    'user_neighbors',
    'item_graph',
    'sparse_linear',
    'pure_svd',
    'graph_filter',
    'bpr',
    'ials',
  ].map((model) => ({
    set: 'citeulike-loo',
    model,
    settings: '',
    metrics: 'hit_rate@10,ndcg@10',
    least: model === 'popularity' ? null : [0.123, null],
  })),

  ...everyModel('goodbooks-users'),
  ...everyModel('ml-small-temporal'),
  ...everyModel('ml-small-users'),
];
