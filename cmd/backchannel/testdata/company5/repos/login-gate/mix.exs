defmodule App.MixProject do
  use Mix.Project
  def project, do: [app: :login_gate, version: "1.0.0", elixir: "~> 1.15"]
end
