// BeginInvoke and EndInvoke of delegates: the call runs on the thread pool as the work item AsyncResult.
#include "gc/binding/api.h"
#include "run/calls/boxed_body.h"
#include "run/calls/delegates.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/stack/throw.h"
#include "run/threads/monitor.h"

namespace rapgo::run::classlib {

using load::types::Loader;

namespace {

constinit const FieldOffset kState("System.Runtime.Remoting.Messaging", "AsyncResult", "async_state"), kHandle("System.Runtime.Remoting.Messaging", "AsyncResult", "handle"),
    kDelegate("System.Runtime.Remoting.Messaging", "AsyncResult", "async_delegate"), kCall("System.Runtime.Remoting.Messaging", "AsyncResult", "object_data"),
    kCompleted("System.Runtime.Remoting.Messaging", "AsyncResult", "completed"), kEnded("System.Runtime.Remoting.Messaging", "AsyncResult", "endinvoke_called"),
    kCallback("System.Runtime.Remoting.Messaging", "AsyncResult", "async_callback");
// System.MonoAsyncCall holds the call: `msg` the arguments, `res` the result, `out_args` the exception it ended with.
constinit const FieldOffset kArguments("System", "MonoAsyncCall", "msg"), kResult("System", "MonoAsyncCall", "res"), kException("System", "MonoAsyncCall", "out_args");

Type* async_result() { return Loader::get().corlib_type("System.Runtime.Remoting.Messaging", "AsyncResult"); }

Object* begin(Method*, Object* delegate, Array* args) {
  if (!delegate) stack::throw_null_reference();
  if (calls::delegate_word(delegate, calls::delegate_fields().delegates)) stack::throw_argument(nullptr, "The delegate must have only one target");
  const auto count = static_cast<size_t>(args->length) - 2;
  Object* result = calls::new_object(async_result());
  Object* call = calls::new_object(Loader::get().corlib_type("System", "MonoAsyncCall"));
  Array* values = calls::new_array(Loader::get().types().object, static_cast<int64_t>(count));
  for (size_t i = 0; i < count; i++) gc::store(values, values->at<Object*>(i), *args->at<Object*>(i));
  kArguments.set(call, values);
  kCall.set(result, call);
  kDelegate.set(result, delegate);
  kCallback.set(result, *args->at<Object*>(count));
  kState.set(result, *args->at<Object*>(count + 1));
  Type* pool = Loader::get().corlib_type("System.Threading", "ThreadPool");
  calls::invoke<void>(pool->find_method("UnsafeQueueCustomWorkItem", 2), result, false);
  return result;
}

void set_completed(Object* result) {
  threads::monitor_enter(result);
  kCompleted.in<bool>(result) = true;
  Object* handle = kHandle.ref(result);
  threads::monitor_exit(result);
  if (handle) calls::invoke<bool>(Loader::get().corlib_type("System.Threading", "EventWaitHandle")->find_method("Set", 0), handle);
}

// AsyncResult.Invoke, on a thread of the pool.
Object* run(Object* result) {
  Object* call = kCall.ref(result);
  Object* delegate = kDelegate.ref(result);
  try {
    kResult.set(call, calls::invoke_boxed(calls::invoke_method(calls::type_of(delegate)), delegate, static_cast<Array*>(kArguments.ref(call))));
  } catch (const ManagedException& e) {
    kException.set(call, e.object());
  }
  set_completed(result);
  if (Object* callback = kCallback.ref(result)) calls::invoke<void>(calls::invoke_method(calls::type_of(callback)), callback, result);
  return kResult.ref(call);
}

Object* end(Method* method, Object* delegate, Array* args) {
  Object* result = *args->at<Object*>(static_cast<size_t>(args->length) - 1);
  if (!result) stack::throw_argument_null("result");
  if (calls::type_of(result) != async_result() || kDelegate.ref(result) != delegate)
    stack::throw_invalid_operation("The IAsyncResult object provided does not match this delegate.");
  if (kEnded.in<bool>(result)) stack::throw_invalid_operation("Delegate EndInvoke method called more than once");
  kEnded.in<bool>(result) = true;
  if (!kCompleted.in<bool>(result)) {
    Object* handle = calls::invoke<Object*>(async_result()->find_method("get_AsyncWaitHandle", 0), result);
    calls::invoke<bool>(Loader::get().corlib_type("System.Threading", "WaitHandle")->find_method("WaitOne", 0), handle);
  }
  Object* call = kCall.ref(result);
  if (Object* exception = kException.ref(call)) stack::throw_exception(exception);
  // The byref parameters of EndInvoke are those of Invoke, in order.
  auto* values = static_cast<Array*>(kArguments.ref(call));
  const auto& params = calls::invoke_method(calls::type_of(delegate))->signature().params;
  size_t at = 0;
  for (size_t i = 0; i < params.size() && at + 1 < method->signature().params.size(); i++)
    if (params[i]->is_byref()) gc::store(args, args->at<Object*>(at++), *values->at<Object*>(i));
  return kResult.ref(call);
}

calls::BoxedBody find(Method* method) {
  if (!method->declaring->is_delegate()) return nullptr;
  return method->name == "BeginInvoke" ? begin : method->name == "EndInvoke" ? end : nullptr;
}

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Runtime.Remoting.Messaging.AsyncResult::Invoke", run),
};

}  // namespace

void register_async_calls() {
  calls::register_icalls(kEntries);
  calls::find_boxed_body = find;
}

}  // namespace rapgo::run::classlib
