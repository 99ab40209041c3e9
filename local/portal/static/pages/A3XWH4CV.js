//# allFunctionsCalledOnLoad
import{i as a}from"./BP7RL2EK.js";import"./TP5DHTKN.js";import"./AXMTT3A5.js";import"./KWXVALNG.js";import"./P56M25LA.js";import"./LUD7FBGZ.js";import"./45GWE4C6.js";export{a as default};
