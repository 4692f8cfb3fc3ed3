import { toInteractionTable } from '../catalog/interaction-table.js';
import { ITEM_MODELS } from '../engine/item-vectors.js';
import type { TrainingEngine } from '../engine/training-engine.js';
import { isEmpty, received } from '../interaction-columns.js';
import { checkTrainingOptions } from '../training-options.js';
import type { InteractionTable } from '../types.js';
import type { Calls, TableName } from './protocol.js';
import { type CallContext, Session, type SessionHost } from './session.js';

const TABLE_NAMES: readonly TableName[] = ['interactions', 'train', 'test'];

/** A session that trains and measures as well. */
export class TrainingSession<
  Engine extends TrainingEngine = TrainingEngine,
> extends Session<Engine> {
  constructor(host: SessionHost<Engine>) {
    super(host);
    this.handlers.train = (request, context) => this.train(request, context);
    this.handlers.evaluate = async (request, { signal, onProgress }) => {
      checkTrainingOptions('evaluate', request);
      const tables: Partial<Record<TableName, InteractionTable>> = {};
      for (const name of TABLE_NAMES) {
        const sent = request[name];
        if (sent !== undefined) tables[name] = toInteractionTable(received(sent));
      }
      const options = { ...request, ...tables, items: this.items, signal, onProgress };
      return this.loaded().evaluate(options as never);
    };
  }

  private async train(
    request: Calls['train']['request'],
    context: CallContext,
  ): Promise<Calls['train']['result']> {
    const start = performance.now();
    checkTrainingOptions('train', request);
    const {
      interactions,
      model: name = 'ials',
      settings,
      vectors,
      budgetSeconds,
      seed,
      use = true,
      storage,
      checkpoints,
      resume,
    } = request;
    const engine = this.loaded();
    const table =
      ITEM_MODELS.includes(name) && isEmpty(interactions)
        ? null
        : toInteractionTable(received(interactions));
    const model = await engine.train(table, {
      model: name,
      items: this.items,
      ...(settings && { settings }),
      ...(vectors !== undefined && { vectors }),
      ...(budgetSeconds !== undefined && { budgetSeconds }),
      ...(seed !== undefined && { seed }),
      checkpoints,
      resume,
      ...context,
    } as never);
    const modelFile = engine.saveModel(model, storage);
    const items = model.itemIds.length;
    const rounded = storage !== undefined && storage !== 'f32'; // the lists are those of the file
    if (rounded || !use) model.dispose();
    if (use) {
      const used = rounded ? engine.openModel(modelFile) : model;
      await this.use(used, modelFile.byteLength, this.items, context.signal);
    }
    return {
      model: model.name,
      users: table?.userIds.length ?? 0,
      items,
      interactions: table?.users.length ?? 0,
      seconds: (performance.now() - start) / 1000,
      modelFile,
      ...(engine.curve.length > 0 && { curve: engine.curve }),
    };
  }
}
