// The YAML that `apply` reads.

#include "cli/apply/declaration.hpp"
#include "fuzz/input.hpp"
#include "sources/registry.hpp"

using namespace prevision;

// In place of the registry, which would bring every engine: that there are names matters, not which.
namespace prevision::sources {

std::vector<std::string> engine_option_names() { return {"tls", "region", "host_key"}; }

std::vector<const Option*> secret_options() {
    static constexpr Option password{.name = "password", .help = "its password"};
    return {&password};
}

}  // namespace prevision::sources

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(fuzz::Input(data, size).rest());
    const Environment environment({{"P", "secret"}});
    fuzz::accepts([&] {
        const auto declared = cli::read_declarations({{.text = text, .file = "x.yaml"}}, environment);
        for (const auto& object : declared.objects) {
            fuzz::require(declared.find(object.kind, object.name) == &object, "a name is declared once");
            fuzz::require(object.where().starts_with("x.yaml:"), "an object has a line");
        }
    });
    return 0;
}
