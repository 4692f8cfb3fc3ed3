// Emscripten's loader without what never runs here: engine/load-wasm.ts hands it the compiled module, in workers only.
import { readFile } from 'node:fs/promises';

/** From where to where, and what stands there instead; what only these parts used, the minifier leaves out then. */
const CUTS = [
  // It need not find out where it is: it fetches nothing, and the page starts its threads (worker/threads-web.ts).
  ['var _scriptName =', ';', 'var _scriptName;'],
  ['ENVIRONMENT_IS_WEB=', ';', 'ENVIRONMENT_IS_WEB=false;'],
  ['ENVIRONMENT_IS_WORKER=', ';', 'ENVIRONMENT_IS_WORKER=true;'],
  ['ENVIRONMENT_IS_NODE=typeof process', '!="renderer"', 'ENVIRONMENT_IS_NODE=false'],
  ['if(ENVIRONMENT_IS_WEB||ENVIRONMENT_IS_WORKER){', '}else{}', ''],
  [
    'if(Module["instantiateWasm"]){',
    'catch(readyPromiseReject);return{}',
    'return Module["instantiateWasm"](info,receiveInstance)',
  ],
  // Nothing is said on the console: what goes wrong is thrown.
  ['var out=console', 'console.error.bind(console)', 'var err=()=>{}'],
  // Nothing is overridden or watched.
  ['var moduleOverrides=', ';', ''],
  ['Object.assign(Module,moduleOverrides)', 'moduleOverrides=null;', ''],
  ['if(runDependencyWatcher!==null){', '}', ''],
  ['what+=". Build', 'for more info.";', ''],
];

const CUTS_OF_THREADS = [
  // Threads ask the first one for nothing: they neither start others nor end the program.
  ['var proxyToMainThread=', 'return rtn};', ''],
  ['if(ENVIRONMENT_IS_PTHREAD)return proxyToMainThread(0', ';', ''],
  ['if(ENVIRONMENT_IS_PTHREAD)return proxyToMainThread(1', ';', ''],
  ['function pthreadCreateProxied(', 'arg)}', 'function pthreadCreateProxied(){return 6}'], // EAGAIN
  ['if(ENVIRONMENT_IS_PTHREAD){threadParams.cmd', 'return 0}', ''],
  ['else if(cmd==="spawnThread"){', '}', ''],
  ['else if(msgData.target==="setimmediate"){', '}', ''],
  ['else if(d.target==="setimmediate"){', '}', ''],
  ['if(!_emscripten_has_threading_support()){', '}', ''], // it is loaded only where there are threads
  ['var proxiedJSCallArgs=', 'return rtn};', 'var __emscripten_receive_on_main_thread_js=()=>0;'],
  ['var proxiedFunctionTable=[', '];', ''],
  ['terminateAllThreads:()=>{', 'PThread.pthreads=[]}', 'terminateAllThreads:()=>{}'],
  ['this.message=`Program', ')`;', ''],
  ['function threadPrintErr', 'self.alert=threadAlert;', ''],
  ['for(const handler of msgData.handlers)', 'err=Module[handler]}}', ''],
  ['else if(cmd==="alert")', 'd.text}`)}', ''],
  ['else if(cmd==="callHandler")', '(...d.args)}', ''],
  ['var handlers=[]', 'handlers.push(handler)}}', ''],
  ['cmd:"load",', 'handlers,', 'cmd:"load",'],
  ['var message="worker sent an error!"', 'e.message}`);', ''],
  ['function GROWABLE_HEAP_F64(', 'return HEAPF64}', ''],
  ['var printCharBuffers=', 'buffer.push(curr)}};', ''],
  ['function _fd_write(', 'return 0}', 'function _fd_write(){return 52}'], // ENOSYS: there is no such thing
];

/** @param {string} loader */
export function trimLoader(loader) {
  let text = loader;
  const threads = loader.includes('ENVIRONMENT_IS_PTHREAD');
  for (const [from, to, instead] of [...CUTS, ...(threads ? CUTS_OF_THREADS : [])]) {
    const start = text.indexOf(from);
    const end = text.indexOf(to, start);
    if (start < 0 || end < 0) {
      throw new Error(
        `Emscripten's loader has no ${from}…${to}; look at it anew in web/loader.mjs`,
      );
    }
    text = text.slice(0, start) + instead + text.slice(end + to.length);
  }
  // Views of the memory that are made and never read.
  return text.replace(/\b(HEAP\w+)=new \w+Array\(b\);?/g, (made, view) =>
    text.split(new RegExp(`\\b${view}\\b`)).length > 3 ? made : '',
  );
}

/** A plugin of esbuild. @param {readonly string[]} paths the loaders */
export function trimmed(paths) {
  return {
    name: 'trimmed-loader',
    setup: (build) => {
      build.onLoad({ filter: /inkling\.js$/ }, async ({ path }) =>
        paths.includes(path)
          ? { contents: trimLoader(await readFile(path, 'utf8')), loader: 'js' }
          : undefined,
      );
    },
  };
}
