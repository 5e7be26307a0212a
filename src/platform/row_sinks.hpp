#pragma once

#include <cstdint>
#include <span>

#include "model/model.hpp"
#include "snapshot/csv_encoder.hpp"
#include "sources/source.hpp"
#include "transport/transport.hpp"

namespace prevision::platform {

/// Keeps the rows that it is given, as texts in the form that a dataset's file holds.
class SampleSink final : public sources::RowSink {
  public:
    void columns(std::span<const sources::Column> columns) override;
    void row(std::span<const sources::Value> values) override;

    [[nodiscard]] const model::Sample& sample() const { return sample_; }

  private:
    model::Sample sample_;
    std::vector<sources::ValueKind> kinds_;
};

/// Hands an encoder's bytes on as the body of an answer.
class BodyBytes final : public snapshot::ByteSink {
  public:
    explicit BodyBytes(transport::BodySink& body) : body_(body) {}
    void write(std::string_view bytes) override { body_.write(bytes); }

  private:
    transport::BodySink& body_;
};

}  // namespace prevision::platform
