// bonafide completion SHELL: the completion script for bash, zsh or fish.
#include "cli/kit/manual.h"
#include "cli/kit/verb.h"

namespace bonafide::cli {

void add_completion(VerbTable& verbs) {
  CLI::App* const verb = verbs.add("completion", "The completion script for bash, zsh or fish",
                                   "  bonafide completion bash > /etc/bash_completion.d/bonafide\n"
                                   "  bonafide completion zsh > ~/.zfunc/_bonafide\n"
                                   "  bonafide completion fish > ~/.config/fish/completions/bonafide.fish");
  const auto shell = std::make_shared<std::string>();
  verb->add_option("shell", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  verb->callback([shell, &app = verbs.app, &chosen = verbs.chosen] {
    chosen = [shell, &app] {
      print(*shell == "bash" ? bash_completion(app) : *shell == "zsh" ? zsh_completion(app) : fish_completion(app));
      return kDone;
    };
  });
}

}  // namespace bonafide::cli
