// Runs a network with Signet's operators in ONNX Runtime: run MODEL.onnx LIBRARY
//
//   c++ -std=c++17 run.cpp -I ONNXRUNTIME/include -L ONNXRUNTIME/lib -lonnxruntime -o run
//   ./run binary.onnx /usr/local/lib/libsignet_onnxruntime.so
//
// The library is of operators: the program loads it when it runs, and links ONNX Runtime alone.
#include <onnxruntime_cxx_api.h>

#include <cstdio>
#include <vector>

int main(int argc, char **argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: run MODEL.onnx LIBRARY\n"), 64;
  try {
    Ort::Env env(ORT_LOGGING_LEVEL_WARNING, "run");
    Ort::SessionOptions options;
    options.SetIntraOpNumThreads(2);
    options.RegisterCustomOpsLibrary(argv[2]);
    Ort::Session session(env, argv[1], options);

    Ort::AllocatorWithDefaultOptions allocator;
    auto input = session.GetInputNameAllocated(0, allocator);
    auto output = session.GetOutputNameAllocated(0, allocator);
    std::vector<int64_t> extents =
        session.GetInputTypeInfo(0).GetTensorTypeAndShapeInfo().GetShape();
    size_t count = 1;
    for (auto &extent : extents) {
      // -1 where the file leaves an extent open.
      if (extent < 1) extent = 1;
      count *= static_cast<size_t>(extent);
    }
    std::vector<float> sample(count);
    auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    Ort::Value value = Ort::Value::CreateTensor<float>(
        memory, sample.data(), sample.size(), extents.data(), extents.size());
    const char *inputs[] = {input.get()};
    const char *outputs[] = {output.get()};
    auto results = session.Run(Ort::RunOptions{nullptr}, inputs, &value, 1, outputs, 1);

    const float *scores = results[0].GetTensorData<float>();
    const size_t scoreCount = results[0].GetTensorTypeAndShapeInfo().GetElementCount();
    for (size_t index = 0; index < scoreCount; index++) std::printf("%g\n", scores[index]);
  } catch (const Ort::Exception &error) {
    // A node that the library cannot run says what is wrong with it.
    return std::fprintf(stderr, "%s\n", error.what()), 1;
  }
}
