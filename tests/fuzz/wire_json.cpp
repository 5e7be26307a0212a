// Wire JSON and the pages of lists: what is decoded can be written, and is read back as it was.

#include "fuzz/input.hpp"
#include "model/codec.hpp"
#include "model/list_page.hpp"
#include "model/manifest.hpp"
#include "model/pruning.hpp"

using namespace prevision;

namespace {

template <typename Decode>
void check_round_trip(std::string_view text, const Decode& decode) {
    fuzz::accepts([&] {
        const std::string answer = model::encode_answer(decode(text));
        fuzz::require(model::encode_answer(decode(answer)) == answer, "what is encoded is decoded as it was");
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::Input(data, size).rest();
    check_round_trip(text, [](std::string_view json) { return model::decode_project(json); });
    check_round_trip(text, [](std::string_view json) { return model::decode_connector(json); });
    check_round_trip(text, [](std::string_view json) { return model::decode_datasource(json); });
    check_round_trip(text, [](std::string_view json) { return model::decode_dataset(json); });
    check_round_trip(text, [](std::string_view json) { return model::decode_browsed_item(json); });
    check_round_trip(text, [](std::string_view json) { return model::decode_test_result(json); });
    check_round_trip(text, [](std::string_view json) { return model::decode_sample(json); });
    check_round_trip(text, [](std::string_view json) { return model::decode_prune_result(json); });
    fuzz::accepts([&] {
        const auto manifest = model::encode_manifest(model::decode_manifest(text));
        fuzz::require(model::encode_manifest(model::decode_manifest(manifest)) == manifest,
                      "a manifest is read as it was written");
    });
    fuzz::accepts([&] { model::decode_failure(text); });
    fuzz::accepts([&] { model::decode_freshness(text); });
    fuzz::accepts([&] {
        const auto page = model::decode_list_page(text);
        if (!page) return;
        fuzz::require(page->pages(1) >= 1, "a list has a page");
        for (const auto& item : page->items) {
            fuzz::require(
                item.data() >= text.data() && item.data() + item.size() <= text.data() + text.size(),
                "an item is a part of the page");
        }
    });
    return 0;
}
